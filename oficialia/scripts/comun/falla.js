// What keeps somebody from signing: a word, for which the page has a sentence.
export class Fault extends Error {
  constructor(word, detail = "") {
    super(detail || word);
    this.word = word;
  }
}
