package io.gkt.evaluation.accuracy;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Help.Ansi;

/** How far a run is, on standard error: a bar on a terminal, elsewhere a line for each tenth. */
interface Progress extends AutoCloseable {

    /** One more is done; the note says how it looks. */
    void step(String note);

    /** A line that stays. */
    void say(String line);

    @Override
    void close();

    static Progress of(String name, int total, int already) {
        return Ansi.AUTO.enabled() ? new Bar(name, total, already) : new Lines(name, total, already, System.err);
    }

    /** On a terminal. */
    final class Bar implements Progress {

        private final ProgressBar bar;

        private Bar(String name, int total, int already) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(total)
                    .startsFrom(already, Duration.ZERO)
                    .build();
        }

        @Override
        public void step(String note) {
            bar.step();
            bar.setExtraMessage(note);
        }

        @Override
        public void say(String line) {
            System.err.println("\r" + line);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** In a file or a pipe. */
    final class Lines implements Progress {

        private final String name;
        private final int total;
        private final PrintStream err;
        private int done;

        private Lines(String name, int total, int already, PrintStream err) {
            this.name = name;
            this.total = total;
            this.done = already;
            this.err = err;
        }

        @Override
        public void step(String note) {
            done++;
            if (done * 10 / total > (done - 1) * 10 / total) {
                err.printf("%s: %d of %d, %s%n", name, done, total, note);
            }
        }

        @Override
        public void say(String line) {
            err.println(line);
        }

        @Override
        public void close() {}
    }
}
