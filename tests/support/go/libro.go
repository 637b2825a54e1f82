// Checks a published ledger with Go's own sumdb/note and sumdb/tlog, from its files and its public key alone:
//
//	libro KEY FOLDER OLD-CHECKPOINT [PROOF…]
//
// The checkpoint of FOLDER is signed by KEY, and so is the old one; the leaves of the bundles are in the tree; the tree
// begins with the old one; and each PROOF (c2sp.org/tlog-proof@v1) proves the leaf that it carries. Silent when all of
// that holds.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// Of a larger ledger, that many leaves evenly apart are proven: each proof reads its tiles anew.
const most = 1000

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

// open gives the tree head of a signed checkpoint, under the key alone.
func open(checkpoint []byte, key note.Verifier) tlog.Tree {
	signed, err := note.Open(checkpoint, note.VerifierList(key))
	must(err, "checkpoint")
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != key.Name() {
		log.Fatalf("another origin: %s", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

// files reads tiles as c2sp.org/tlog-tiles names them: as Go does, but without the height.
type files string

func (folder files) Height() int { return height }

func (folder files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(folder.path(tile))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

func (folder files) SaveTiles([]tlog.Tile, [][]byte) {}

func (folder files) path(tile tlog.Tile) string {
	name := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data", height), "tile/entries", 1)
	return filepath.Join(string(folder), strings.Replace(name, fmt.Sprintf("tile/%d/", height), "tile/", 1))
}

// entries gives the leaves of the bundles of a tree.
func (folder files) entries(size int64) (found [][]byte) {
	for n := int64(0); n<<height < size; n++ {
		width := size - n<<height
		if width > 1<<height {
			width = 1 << height
		}
		content, err := os.ReadFile(folder.path(tlog.Tile{H: height, L: -1, N: n, W: int(width)}))
		must(err, "bundle")
		for len(content) > 0 {
			length := int(binary.BigEndian.Uint16(content))
			found = append(found, content[2:2+length])
			content = content[2+length:]
		}
	}
	if int64(len(found)) != size {
		log.Fatalf("%d leaves in the bundles of %d", len(found), size)
	}
	return found
}

func checkProof(path string, key note.Verifier) {
	content, err := os.ReadFile(path)
	must(err, "proof")
	parts := bytes.SplitN(content, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err, "extra")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	must(err, "index")
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err, "hash")
		proof = append(proof, hash)
	}
	tree := open(parts[1], key)
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)), path)
}

func main() {
	log.SetFlags(0)
	key, err := note.NewVerifier(os.Args[1])
	must(err, "key")
	folder := files(os.Args[2])
	checkpoint, err := os.ReadFile(filepath.Join(string(folder), "checkpoint"))
	must(err, "checkpoint")
	tree := open(checkpoint, key)
	old, err := os.ReadFile(os.Args[3])
	must(err, "old checkpoint")
	before := open(old, key)
	reader := tlog.TileHashReader(tree, folder) // believes no tile that does not lead to the root
	entries := folder.entries(tree.N)
	for index := int64(0); index < tree.N; index += tree.N/most + 1 {
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		must(err, "inclusion")
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index])), "inclusion")
	}
	proof, err := tlog.ProveTree(tree.N, before.N, reader)
	must(err, "consistency")
	must(tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash), "consistency")
	for _, path := range os.Args[4:] {
		checkProof(path, key)
	}
}
