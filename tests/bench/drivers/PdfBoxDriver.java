import java.io.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.cert.Certificate;
import java.util.*;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.*;
import org.apache.pdfbox.pdmodel.common.*;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.apache.pdfbox.pdmodel.interactive.annotation.*;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.*;
import org.apache.pdfbox.pdmodel.interactive.form.*;
import org.bouncycastle.asn1.ess.*;
import org.bouncycastle.asn1.cms.*;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.*;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.*;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.*;

/**
 * PDFBox as its examples show, PAdES B-B: one process whose JIT has warmed up. The QR comes to it as an image that is
 * ready. PdfBoxDriver P12 PASSWORD QR; a line of JSON in, a line out, as tests/bench/drivers/serve.py says.
 */
public class PdfBoxDriver {
    static final int LEFT = 387, BOTTOM = 713, WIDTH = 216, HEIGHT = 70;
    static PrivateKey key;
    static Certificate[] chain;
    static byte[] qr;

    public static void main(String[] given) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(given[0])) {
            store.load(file, given[1].toCharArray());
        }
        String alias = store.aliases().nextElement();
        key = (PrivateKey) store.getKey(alias, given[1].toCharArray());
        chain = store.getCertificateChain(alias);
        qr = Files.readAllBytes(Paths.get(given[2]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(answer(line));
            System.out.flush();
        }
    }

    static String answer(String line) {
        long began = System.nanoTime();
        try {
            seal(value(line, "source"), value(line, "target"), line.contains("\"visible\": true"));
            return "{\"ms\": " + (System.nanoTime() - began) / 1e6 + "}";
        } catch (Throwable fault) {
            return "{\"error\": \"" + fault.toString().replaceAll("[^\\w .:]", " ") + "\"}";
        }
    }

    /** The bench sends paths without quotes or backslashes. */
    static String value(String line, String name) {
        int start = line.indexOf('"', line.indexOf("\"" + name + "\":") + name.length() + 3) + 1;
        return line.substring(start, line.indexOf('"', start));
    }

    static void seal(String source, String target, boolean visible) throws Exception {
        try (PDDocument document = PDDocument.load(new File(source), MemoryUsageSetting.setupMainMemoryOnly());
                OutputStream result = new BufferedOutputStream(new FileOutputStream(target))) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(COSName.getPDFName("ETSI.CAdES.detached"));
            signature.setReason("Recepción");
            signature.setSignDate(Calendar.getInstance());
            SignatureOptions options = new SignatureOptions();
            options.setPreferredSignatureSize(16384);
            if (visible) {
                options.setVisualSignature(stamp(document.getPage(0).getMediaBox()));
            }
            document.addSignature(signature, PdfBoxDriver::sign, options);
            document.saveIncremental(result);
            options.close();
        }
    }

    static byte[] sign(InputStream content) throws IOException {
        try {
            X509Certificate own = (X509Certificate) chain[0];
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(own.getEncoded());
            AttributeTable attributes = new AttributeTable(new Hashtable<>())
                    .add(PKCSObjectIdentifiers.id_aa_signingCertificateV2,
                            new SigningCertificateV2(new ESSCertIDv2[] {new ESSCertIDv2(hash)}));
            CMSAttributeTableGenerator without = new DefaultSignedAttributeTableGenerator(attributes) {
                @Override
                public AttributeTable getAttributes(Map parameters) {
                    return super.getAttributes(parameters).remove(CMSAttributes.signingTime);
                }
            };
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            ContentSigner signer = new JcaContentSignerBuilder("SHA256withRSA").build(key);
            JcaSignerInfoGeneratorBuilder builder =
                    new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build());
            builder.setSignedAttributeGenerator(without);
            generator.addSignerInfoGenerator(builder.build(signer, own));
            generator.addCertificates(new JcaCertStore(Arrays.asList(chain)));
            return generator.generate(new Streamed(content), false).getEncoded();
        } catch (GeneralSecurityException | CMSException | org.bouncycastle.operator.OperatorCreationException fault) {
            throw new IOException(fault);
        }
    }

    /** What is signed, read as it comes: the document is not held in memory once more. */
    record Streamed(InputStream content) implements CMSTypedData {
        public ASN1ObjectIdentifier getContentType() {
            return CMSObjectIdentifiers.data;
        }

        public Object getContent() {
            return content;
        }

        public void write(OutputStream out) throws IOException {
            content.transferTo(out);
            content.close();
        }
    }

    /** A document of one page with the appearance, as in PDFBox's example CreateVisibleSignature2. */
    static InputStream stamp(PDRectangle page) throws IOException {
        try (PDDocument template = new PDDocument()) {
            template.addPage(new PDPage(page));
            PDAcroForm form = new PDAcroForm(template);
            template.getDocumentCatalog().setAcroForm(form);
            PDSignatureField field = new PDSignatureField(form);
            PDAnnotationWidget widget = field.getWidgets().get(0);
            form.setSignaturesExist(true);
            form.setAppendOnly(true);
            form.getCOSObject().setDirect(true);
            form.getFields().add(field);
            widget.setRectangle(new PDRectangle(LEFT, BOTTOM, WIDTH, HEIGHT));
            PDFormXObject drawing = new PDFormXObject(new PDStream(template));
            drawing.setResources(new PDResources());
            drawing.setFormType(1);
            drawing.setBBox(new PDRectangle(WIDTH, HEIGHT));
            PDAppearanceDictionary appearance = new PDAppearanceDictionary();
            appearance.getCOSObject().setDirect(true);
            PDAppearanceStream normal = new PDAppearanceStream(drawing.getCOSObject());
            appearance.setNormalAppearance(normal);
            widget.setAppearance(appearance);
            try (PDPageContentStream content = new PDPageContentStream(template, normal)) {
                content.drawImage(PDImageXObject.createFromByteArray(template, qr, "qr"), 2, 2, 66, 66);
                content.beginText();
                content.setFont(PDType1Font.HELVETICA, 8);
                content.setLeading(10);
                content.newLineAtOffset(72, 56);
                for (String line : new String[] {"Oficialía de Partes Digital", "OP-2026-000123-5", "Registrado: hoy"}) {
                    content.showText(line);
                    content.newLine();
                }
                content.endText();
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            template.save(out);
            return new ByteArrayInputStream(out.toByteArray());
        }
    }
}
