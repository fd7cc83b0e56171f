package io.gkt.evaluation.report;

import io.gkt.evaluation.accuracy.Item;
import io.gkt.evaluation.accuracy.Summary;
import java.awt.BasicStroke;
import java.awt.Font;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The page's charts, as SVG. */
final class Charts {

    private static final int WIDTH = 560;
    private static final int HEIGHT = 420;
    private static final int LETTERING = 17;
    /** Not equally spaced, as XChart would then mark the axis at some of them instead of at round numbers. */
    private static final double[] PERCENTS =
            IntStream.range(0, 100).mapToDouble(i -> Math.max(0, i - 0.5)).toArray();

    private final List<Run> runs;

    Charts(List<Run> runs) {
        this.runs = runs;
    }

    /** One chart on the page. */
    record Figure(String title, String svg, String caption) {}

    /** Accuracy over the tokens of guidance asked for. */
    Figure accuracyByLength() throws IOException {
        List<Run> curve = curve();
        XYChart chart = plot("guidance, tokens", "right answers, %");
        double longest = curve.stream().mapToDouble(Charts::length).max().orElse(1);
        level(chart, "teacher alone", first(Run::isTeacherAlone), longest, Colour.TEACHER);
        level(chart, "student alone", first(Run::isStudentAlone), longest, Colour.STUDENT);
        curve(chart, curve, Charts::length);
        for (Run run : curve) {
            whisker(chart, run, length(run));
        }
        return new Figure(
                "Accuracy by length of the guidance",
                Colour.asVariables(Svg.of("length", "Accuracy by length of the guidance", chart)),
                "Whiskers are 95 % intervals. Dashed: only answers whose guidance does not contain the final result.");
    }

    /**
     * Accuracy over what the answers cost.
     *
     * @param name what they cost, for the title
     * @param axis the same with its unit
     * @param cost of a run
     */
    Figure accuracyByCost(String name, String axis, ToDoubleFunction<Summary> cost) throws IOException {
        XYChart chart = plot(axis, "right answers, %");
        ToDoubleFunction<Run> x = run -> cost.applyAsDouble(run.summary());
        point(chart, "teacher alone", first(Run::isTeacherAlone), x, Colour.TEACHER);
        point(chart, "student alone", first(Run::isStudentAlone), x, Colour.STUDENT);
        List<Run> guided = curve().stream().filter(Run::isGuided).toList();
        curve(chart, guided, x);
        double wide = spread(x);
        double high = spread(Run::percentRight);
        Run labelled = null;
        for (Run run : guided) {
            if (labelled != null
                    && Math.abs(x.applyAsDouble(run) - x.applyAsDouble(labelled)) < 0.07 * wide
                    && Math.abs(run.percentRight() - labelled.percentRight()) < 0.07 * high) {
                continue;
            }
            labelled = run;
            chart.addAnnotation(new AnnotationText(
                    Integer.toString(run.guidanceTokens()),
                    Math.max(x.applyAsDouble(run) - 0.035 * wide, 0),
                    run.percentRight() + 0.05 * high,
                    false));
        }
        return new Figure(
                "Accuracy by " + name,
                Colour.asVariables(Svg.of(name.replace(' ', '-'), "Accuracy by " + name, chart)),
                "The numbers are tokens of guidance, where there is room for them. Up and left is better.");
    }

    /**
     * How many of the answers were there after how long.
     *
     * @param title        what time it is
     * @param shown        runs to draw
     * @param milliseconds the time of one answer
     */
    static Figure times(String title, List<Run> shown, ToDoubleFunction<Item> milliseconds) throws IOException {
        XYChart chart = plot("milliseconds", "answers, %");
        for (Run run : shown) {
            double[] sorted =
                    run.items().stream().mapToDouble(milliseconds).sorted().toArray();
            if (sorted.length > 0) {
                line(
                        chart,
                        Run.label(run.summary()),
                        Arrays.stream(PERCENTS)
                                .map(percent -> sorted[(int) (percent / 100 * sorted.length)])
                                .toArray(),
                        PERCENTS,
                        Colour.of(run),
                        SeriesMarkers.NONE);
            }
        }
        return new Figure(
                title,
                Colour.asVariables(Svg.of(title.replace(' ', '-'), title, chart)),
                "How many of the answers were there after how long; the slowest hundredth is left out.");
    }

    private static XYChart plot(String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        style(chart.getStyler());
        chart.getStyler().setYAxisDecimalPattern("0").setXAxisMin(0.0);
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, LETTERING);
        styler.setAxisTitleFont(font)
                .setAxisTickLabelsFont(font)
                .setAxisTickLabelsColor(Colour.INK.drawn())
                .setXAxisTickLabelsColor(Colour.INK.drawn())
                .setYAxisTickLabelsColor(Colour.INK.drawn())
                .setXAxisTickMarksColor(Colour.RULE.drawn())
                .setYAxisTickMarksColor(Colour.RULE.drawn())
                .setAxisTickMarksColor(Colour.RULE.drawn())
                .setPlotGridLinesColor(Colour.RULE.drawn())
                .setPlotGridLinesStroke(new BasicStroke(0.7f))
                .setPlotGridVerticalLinesVisible(false);
        styler.setChartFontColor(Colour.INK.drawn())
                .setXAxisTitleColor(Colour.INK.drawn())
                .setYAxisTitleColor(Colour.INK.drawn())
                .setAnnotationTextFont(font)
                .setAnnotationTextFontColor(Colour.INK.drawn())
                .setChartBackgroundColor(Colour.NONE)
                .setPlotBackgroundColor(Colour.NONE)
                .setPlotBorderVisible(false)
                .setLegendFont(font)
                .setLegendBackgroundColor(Colour.NONE)
                .setLegendBorderColor(Colour.NONE)
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Vertical);
    }

    private static void curve(XYChart chart, List<Run> curve, ToDoubleFunction<Run> x) {
        if (curve.isEmpty()) {
            return;
        }
        double[] xs = curve.stream().mapToDouble(x).toArray();
        List<Run> honest = curve.stream()
                .filter(run -> run.summary().leaked() < run.summary().n())
                .toList();
        if (!honest.isEmpty()) {
            line(
                            chart,
                            "without results given away",
                            honest.stream().mapToDouble(x).toArray(),
                            honest.stream()
                                    .mapToDouble(run -> 100 * run.summary().accuracyWithoutLeaked())
                                    .toArray(),
                            Colour.WITHOUT_LEAKED,
                            SeriesMarkers.NONE)
                    .setLineStyle(SeriesLines.DASH_DASH);
        }
        line(
                chart,
                "student with guidance",
                xs,
                curve.stream().mapToDouble(Run::percentRight).toArray(),
                Colour.GUIDED,
                SeriesMarkers.CIRCLE);
    }

    private static void level(XYChart chart, String name, Optional<Run> run, double width, Colour colour) {
        run.ifPresent(level -> line(
                        chart,
                        name,
                        new double[] {0, width},
                        new double[] {level.percentRight(), level.percentRight()},
                        colour,
                        SeriesMarkers.NONE)
                .setLineWidth(1.5f));
    }

    private static void point(XYChart chart, String name, Optional<Run> run, ToDoubleFunction<Run> x, Colour colour) {
        run.ifPresent(point -> line(
                chart,
                name,
                new double[] {x.applyAsDouble(point)},
                new double[] {point.percentRight()},
                colour,
                SeriesMarkers.DIAMOND));
    }

    /** XChart's own error bars are as long down as up, which these intervals are not. */
    private static void whisker(XYChart chart, Run run, double x) {
        Summary summary = run.summary();
        line(
                        chart,
                        "interval " + run.name(),
                        new double[] {x, x},
                        new double[] {100 * summary.accuracyLow(), 100 * summary.accuracyHigh()},
                        Colour.GUIDED,
                        SeriesMarkers.NONE)
                .setLineWidth(1.2f)
                .setShowInLegend(false);
    }

    private static XYSeries line(XYChart chart, String name, double[] x, double[] y, Colour colour, Marker marker) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(marker).setMarkerColor(colour.drawn()).setLineColor(colour.drawn());
        series.setLineWidth(2.2f).setLineStyle(SeriesLines.SOLID);
        return series;
    }

    /** The student alone is the curve's beginning: guidance of no tokens. */
    private List<Run> curve() {
        return runs.stream()
                .filter(run -> run.isGuided() || run.isStudentAlone())
                .sorted(Comparator.comparingDouble(Charts::length))
                .toList();
    }

    private static double length(Run run) {
        return run.isGuided() ? run.guidanceTokens() : 0;
    }

    private double spread(ToDoubleFunction<Run> value) {
        var statistics = runs.stream().mapToDouble(value).summaryStatistics();
        return statistics.getMax() - statistics.getMin();
    }

    private Optional<Run> first(Predicate<Run> which) {
        return runs.stream().filter(which).findFirst();
    }
}
