package io.gkt.inference.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * A template in the Jinja language with trim_blocks and lstrip_blocks on, as transformers renders chat templates. It
 * reaches nothing but its variables, and what it may cost is bounded. Immutable.
 */
public final class Template {

    private final Statement statement;

    private Template(Statement statement) {
        this.statement = statement;
    }

    /**
     * @param source the template
     * @return it, ready to be rendered
     * @throws TemplateException if it has a syntax error
     */
    public static Template parse(String source) {
        try {
            return new Template(TemplateParser.parse(source));
        } catch (StackOverflowError e) {
            throw new TemplateException("The chat template is nested too deeply", e);
        }
    }

    /**
     * @param variables what it can see, besides Jinja's functions: null, {@link Boolean}, {@link Long}, {@link Double},
     *                  {@link Text}, lists, and maps that have texts as keys
     * @param clock     the time that {@code strftime_now} tells
     * @return what it writes
     * @throws TemplateException if it calls {@code raise_exception}, is wrong, or costs too much
     */
    public Text render(Map<String, Object> variables, Clock clock) {
        Map<String, Object> globals = new HashMap<>(Globals.at(clock));
        globals.putAll(variables);
        try {
            return Budget.with(() -> {
                Text.Builder out = new Text.Builder();
                statement.run(Scope.root(globals).inner(), out);
                return out.build();
            });
        } catch (StackOverflowError e) {
            throw new TemplateException("The chat template calls itself or nests values without end", e);
        } catch (TemplateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new TemplateException("The chat template fails: " + e.getMessage(), e);
        }
    }
}
