package io.gkt.benchmark.gkt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Times of steps that were not measured, from those that were. A decode step costs {@code a + b * (tokens in all rows'
 * caches)}, with {@code a} and {@code b} of its number of rows; prefill costs {@code a + b * position} with those of its
 * number of tokens; between measured numbers both are interpolated linearly, beyond the last extrapolated. A step of
 * both reads the weights once: it costs the prefill of all its tokens, and what decode costs more than prefill for those
 * that decode. At measured points it is exact, except that noise which makes longer contexts seem cheaper is ignored.
 */
final class StepCost {

    private record Line(double intercept, double slope) {

        static Line through(double x1, double y1, double x2, double y2) {
            double slope = x2 == x1 ? 0 : Math.max(0, (y2 - y1) / (x2 - x1));
            return slope == 0 ? new Line((y1 + y2) / 2, 0) : new Line(y1 - slope * x1, slope);
        }
    }

    private record Point(double x, double ms) {}

    private final TreeMap<Integer, Line> decode;
    private final TreeMap<Integer, Line> prefill;

    /** @throws IllegalArgumentException if steps of one row or of one token are missing */
    StepCost(StepTimes times) {
        TreeMap<Integer, List<Point>> byRows = new TreeMap<>();
        times.decode()
                .forEach(step -> byRows.computeIfAbsent(step.rows(), rows -> new ArrayList<>())
                        .add(new Point((double) step.rows() * step.context(), step.ms())));
        TreeMap<Integer, List<Point>> byTokens = new TreeMap<>();
        times.prefill()
                .forEach(step -> byTokens.computeIfAbsent(step.tokens(), tokens -> new ArrayList<>())
                        .add(new Point(step.position(), step.ms())));
        this.decode = lines(byRows);
        this.prefill = lines(byTokens);
        if (!decode.containsKey(1) || !prefill.containsKey(1)) {
            throw new IllegalArgumentException("steps of one row and of one token must be among the measured ones");
        }
    }

    private static TreeMap<Integer, Line> lines(TreeMap<Integer, List<Point>> measured) {
        TreeMap<Integer, Line> lines = new TreeMap<>();
        measured.forEach((size, points) -> {
            points.sort(Comparator.comparingDouble(Point::x));
            Point first = points.get(0);
            Point last = points.get(points.size() - 1);
            lines.put(size, Line.through(first.x(), first.ms(), last.x(), last.ms()));
        });
        return lines;
    }

    private static Line at(TreeMap<Integer, Line> lines, int size) {
        Line exact = lines.get(size);
        if (exact != null || lines.size() == 1) {
            return exact == null ? lines.firstEntry().getValue() : exact;
        }
        Integer low = lines.lowerKey(size);
        Integer high = lines.higherKey(size);
        if (high == null) {
            high = low;
            low = lines.lowerKey(high);
        }
        double share = (double) (size - low) / (high - low);
        Line a = lines.get(low);
        Line b = lines.get(high);
        return new Line(
                a.intercept() + share * (b.intercept() - a.intercept()),
                Math.max(0, a.slope() + share * (b.slope() - a.slope())));
    }

    /**
     * @param rows    sequences that get one token
     * @param context tokens in the caches of all of them together
     * @return milliseconds
     */
    double decode(int rows, double context) {
        Line line = at(decode, rows);
        return line.intercept() + line.slope() * context;
    }

    /**
     * @param tokens   new tokens
     * @param position tokens before them
     * @return milliseconds
     */
    double prefill(int tokens, double position) {
        Line line = at(prefill, tokens);
        return line.intercept() + line.slope() * position;
    }

    /**
     * @param rows     sequences that get one token, from 0
     * @param context  tokens in their caches together
     * @param tokens   new tokens of prompts, from 0
     * @param position tokens before those, on average
     * @return milliseconds
     */
    double step(int rows, double context, int tokens, double position) {
        if (tokens == 0) {
            return decode(rows, context);
        }
        if (rows == 0) {
            return prefill(tokens, position);
        }
        double together = prefill(tokens + rows, 0) + prefill(tokens, position) - prefill(tokens, 0);
        return together + Math.max(0, decode(rows, context) - prefill(rows, 0));
    }

    /**
     * @param tokens   new tokens of one sequence
     * @param position tokens before them
     * @param most     tokens that one step takes
     * @return milliseconds of all steps
     */
    double prompt(int tokens, int position, int most) {
        double ms = 0;
        for (int done = 0; done < tokens; done += most) {
            ms += prefill(Math.min(most, tokens - done), position + done);
        }
        return ms;
    }

    /**
     * @param tokens  that one sequence alone gets, one a step
     * @param context tokens before them
     * @return milliseconds of all steps
     */
    double answer(int tokens, int context) {
        return tokens <= 0 ? 0 : tokens * decode(1, context + (tokens - 1) / 2.0);
    }
}
