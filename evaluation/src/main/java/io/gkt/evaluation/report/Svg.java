package io.gkt.evaluation.report;

import java.awt.Dimension;
import java.io.IOException;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Draws charts as SVG elements that stand in a page beside others. */
final class Svg {

    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    private Svg() {}

    /**
     * @param name  starts the ids inside, which must differ among a page's charts
     * @param label says to those who can't see it what it shows
     * @param chart what to draw; its lettering becomes outlines, so that no font is needed to look at it
     * @return an {@code svg} element as wide as its place in the page allows
     * @throws IOException if this Java can't draw text, because the machine has no font
     */
    static String of(String name, String label, Chart<?, ?> chart) throws IOException {
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
        context.setComment(null);
        context.setPrecision(1);
        context.setIDGenerator(new SVGIDGenerator() {
            @Override
            public String generateID(String prefix) {
                return name + "-" + super.generateID(prefix);
            }
        });
        SVGGraphics2D graphics = new SVGGraphics2D(context, false);
        graphics.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
        try {
            chart.paint(graphics, chart.getWidth(), chart.getHeight());
        } catch (InternalError | NoClassDefFoundError | RuntimeException e) {
            throw new IOException(
                    "Charts can't be drawn here, most likely for want of a font; install one (Debian: apt-get install"
                            + " fontconfig fonts-dejavu-core): " + e,
                    e);
        }
        Element root = graphics.getRoot();
        root.removeAttribute("width");
        root.removeAttribute("height");
        root.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
        root.setAttribute("role", "img");
        root.setAttribute("aria-label", label);
        StringWriter text = new StringWriter();
        graphics.stream(root, text, true, false);
        String svg = text.toString();
        return svg.substring(svg.indexOf("<svg")).replace("genericDefs", name + "-defs");
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(NAMESPACE, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("Java's own XML parser is missing", e);
        }
    }
}
