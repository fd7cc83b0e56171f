package io.gkt.evaluation.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table of text.
 *
 * @param header the columns' names
 * @param rows   as many cells each; the first names the row
 */
public record Table(List<String> header, List<List<String>> rows) {

    /** In Markdown, its columns padded to one width, so that it reads well on a terminal, too. */
    public String markdown() {
        int[] widths = IntStream.range(0, header.size())
                .map(column -> Math.max(
                        header.get(column).length(),
                        rows.stream()
                                .mapToInt(row -> row.get(column).length())
                                .max()
                                .orElse(0)))
                .toArray();
        String rule = IntStream.range(0, widths.length)
                .mapToObj(column -> column == 0 ? "-".repeat(widths[0] + 2) : "-".repeat(widths[column] + 1) + ":")
                .collect(Collectors.joining("|", "|", "|\n"));
        return line(header, widths)
                + rule
                + rows.stream().map(row -> line(row, widths)).collect(Collectors.joining());
    }

    private static String line(List<String> cells, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> String.format(
                        column == 0 ? " %-" + widths[column] + "s " : " %" + widths[column] + "s ", cells.get(column)))
                .collect(Collectors.joining("|", "|", "|\n"));
    }
}
