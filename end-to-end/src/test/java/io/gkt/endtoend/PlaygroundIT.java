package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Browser.Look;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;

/** The page at {@code /}, in a real browser, against the running pair. */
@Timeout(120)
class PlaygroundIT {

    private static final String QUESTION =
            "Tom has 47 shells. Lara has 3 more shells than Tom. Mia has 16 more shells than "
                    + "Lara. The walk home takes 50 minutes. How many shells does Mia have?";

    private static ServiceProcess teacher;
    private static ServiceProcess edge;

    @BeforeAll
    static void startThePair() throws Exception {
        Browser.assumeThere();
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
        edge = ServiceProcess.edge(teacher.url());
    }

    @AfterAll
    static void stop() throws Exception {
        for (ServiceProcess service : new ServiceProcess[] {edge, teacher}) {
            if (service != null) {
                service.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Look.class)
    void anAnswerShowsWhoWroteWhatAndWhereTheTimeWent(Look look) throws Exception {
        try (Playground page = Playground.open(edge, look)) {
            page.browser().screenshot("welcome-" + look.label());
            page.ask(QUESTION);
            page.browser().screenshot("chat-" + look.label());

            assertThat(page.text(".answer-text")).contains("The answer is 66.");
            assertThat(page.text(".by-teacher[data-source]")).startsWith("We need 47 + 3");
            assertThat(page.style(".by-teacher[data-source]", "color"))
                    .isNotEqualTo(page.style(".by-student[data-source]", "color"));
            assertThat(page.style(".by-teacher[data-source]", "text-decoration-line"))
                    .as("told apart without colours, too")
                    .isEqualTo("underline");
            assertThat(page.style(".by-student[data-source]", "text-decoration-line"))
                    .isEqualTo("none");
            assertThat(page.find(".answer-text").getDomProperty("textContent"))
                    .as("told apart without seeing, too")
                    .startsWith("Teacher: We")
                    .contains("Student: ");
            assertThat((Long) page.browser()
                            .run("return document.querySelector('.by-student[data-source]').childNodes.length"))
                    .as("pieces that came one by one")
                    .isGreaterThan(3);

            assertThat(page.text(".outcome")).startsWith("Guided");
            assertThat(page.text(".figures"))
                    .containsPattern(
                            "Teacher 16 tokens Student \\d+ tokens Time to first token [\\d.]+ m?s Total [\\d.]+ m?s");
            assertThat(page.text(".timeline"))
                    .contains("Cloud", "Edge", "Network and HTTP", "Teacher's queue", "Teacher's prefill")
                    .contains("Teacher's decode", "Student's decode");
            assertThat(page.all(".timeline .segment"))
                    .hasSizeGreaterThan(5)
                    .allSatisfy(segment -> assertThat(segment.getRect().width).isPositive());
            page.assertFitsTheWidth();
            assertHarmless(page);
        }
    }

    @ParameterizedTest
    @EnumSource(Look.class)
    void theThreeWaysStandSideBySide(Look look) throws Exception {
        try (Playground page = Playground.open(edge, look)) {
            page.find("a[href='#compare']").click();
            page.press("Compare");
            page.browser().await("compared", () -> !page.all(".saving").isEmpty());
            page.browser().screenshot("compare-" + look.label());

            assertThat(page.text(".way[data-mode=off]")).contains("Student alone Wrong");
            assertThat(page.text(".way[data-mode=auto]")).contains("With guidance Right");
            assertThat(page.text(".way[data-mode=only]")).contains("Teacher alone Right");
            List<List<String>> rows = page.all(".saving tbody tr").stream()
                    .map(row -> row.findElements(By.cssSelector("td:not(.bars)")).stream()
                            .map(WebElement::getText)
                            .toList())
                    .toList();
            assertThat(rows).hasSize(3).allSatisfy(row -> {
                assertThat(row).hasSize(4);
                assertThat(row.subList(2, 4))
                        .allSatisfy(time -> assertThat(time).matches("[\\d.]+ m?s"));
            });
            assertThat(tokens(rows, 0, 0)).as("teacher's tokens, student alone").isZero();
            assertThat(tokens(rows, 1, 0)).as("teacher's tokens, guided").isEqualTo(16);
            assertThat(tokens(rows, 2, 1)).as("student's tokens, teacher alone").isZero();
            assertThat(tokens(rows, 1, 1)).as("student's tokens, guided").isLessThan(tokens(rows, 0, 1));
            Matcher saved =
                    Pattern.compile("(\\d+) % of the teacher's tokens saved").matcher(page.text(".headline"));
            assertThat(saved.find()).as(page.text(".headline")).isTrue();
            assertThat(Integer.parseInt(saved.group(1))).isEqualTo(Math.round(100 * (1 - 16.0 / tokens(rows, 2, 0))));
            page.assertFitsTheWidth();
            page.browser().run("arguments[0].scrollIntoView()", page.find(".saving"));
            page.browser().screenshot("saving-" + look.label());
            assertHarmless(page);
        }
    }

    private static int tokens(List<List<String>> rows, int row, int column) {
        return Integer.parseInt(rows.get(row).get(column));
    }

    @Test
    void everySettingIsSentAndSurvivesAReload() throws Exception {
        Map<String, String> typed = new LinkedHashMap<>();
        typed.put("Guidance length", "9");
        typed.put("Guidance timeout", "4000");
        typed.put("Temperature", "0.7");
        typed.put("Top p", "0.9");
        typed.put("Top k", "20");
        typed.put("Min p", "0.05");
        typed.put("Seed", "7");
        typed.put("Max tokens", "30");
        typed.put("Min tokens", "2");
        typed.put("Stop sequences", "one\ntwo");
        typed.put("Repetition", "1.1");
        typed.put("Presence", "0.2");
        typed.put("Frequency", "-0.3");
        typed.put("Logit bias", "{\"5\":-1.5}");
        typed.put("System message", "It's short.");
        try (Playground page = Playground.open(edge, Look.LIGHT)) {
            page.choose("Student");
            page.choose("Both");
            typed.forEach(page::type);
            page.field("Ignore end of sequence").sendKeys(Keys.SPACE);
            page.reload();

            typed.forEach((label, value) -> assertThat(page.field(label).getDomProperty("value"))
                    .as(label)
                    .isEqualTo(value));
            assertThat(page.field("Ignore end of sequence").isSelected()).isTrue();

            page.ask(QUESTION);
            JsonNode sent = Playground.body(page.curl());
            assertThat(sent.path("messages").toString()).contains("It's short.").contains("47 shells");
            assertThat(sent.path("guidance").toString())
                    .isEqualTo("{\"mode\":\"auto\",\"max_tokens\":9,\"timeout_ms\":4000}");
            Map<String, String> expected = Map.ofEntries(
                    Map.entry("temperature", "0.7"),
                    Map.entry("top_p", "0.9"),
                    Map.entry("top_k", "20"),
                    Map.entry("min_p", "0.05"),
                    Map.entry("seed", "7"),
                    Map.entry("max_completion_tokens", "30"),
                    Map.entry("min_tokens", "2"),
                    Map.entry("ignore_eos", "true"),
                    Map.entry("stop", "[\"one\",\"two\"]"),
                    Map.entry("repetition_penalty", "1.1"),
                    Map.entry("presence_penalty", "0.2"),
                    Map.entry("frequency_penalty", "-0.3"),
                    Map.entry("logit_bias", "{\"5\":-1.5}"));
            expected.forEach((name, value) ->
                    assertThat(sent.path(name).toString()).as(name).isEqualTo(value));
            assertThat(page.text(".figures")).contains("Teacher 9 tokens");

            page.press("Reset");
            page.reload();
            page.ask(QUESTION);
            assertThat(Playground.body(page.curl()).propertyNames())
                    .containsExactlyInAnyOrder("messages", "stream", "stream_options", "guidance");
            assertHarmless(page);
        }
    }

    @Test
    void aRefusedSettingIsMarked() throws Exception {
        try (Playground page = Playground.open(edge, Look.LIGHT)) {
            page.type("Top p", "1.5");
            page.ask(QUESTION);

            assertThat(page.text(".problem"))
                    .startsWith("The edge refuses this request")
                    .contains("top_p");
            assertThat(page.field("Top p").getDomAttribute("aria-invalid")).isEqualTo("true");
            page.browser().screenshot("refused");
            assertThat(page.browser().complaints()).allMatch(complaint -> complaint.contains("status of 400"));

            page.type("Top p", "0.5");
            page.askAgain();
            assertThat(page.text(".outcome")).startsWith("Guided");
            assertThat(page.field("Top p").getDomAttribute("aria-invalid")).isNull();
        }
    }

    @Test
    void theCopiedRequestWorksByHand() throws Exception {
        try (Playground page = Playground.open(edge, Look.LIGHT)) {
            page.ask(QUESTION);
            page.press("Copy curl");
            page.browser()
                    .await("copied", () -> page.text(".inspection > button").equals("Copied"));
            String curl = page.browser().clipboard();

            assertThat(curl).startsWith("curl -N " + edge.url() + Api.CHAT).doesNotContain("Authorization");
            List<JsonNode> events = Api.events(edge.api()
                    .send(edge.api().post(Api.CHAT, Playground.body(curl).toString())));
            StringBuilder text = new StringBuilder();
            events.forEach(
                    event -> text.append(event.at("/choices/0/delta/content").asString("")));
            assertThat(text.toString()).contains("The answer is 66.");
        }
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        try (Playground page = Playground.open(edge, Look.LIGHT)) {
            WebElement question = page.browser().driver().switchTo().activeElement();
            assertThat(question.getDomAttribute("id")).as("where typing begins").isEqualTo("question");
            question.sendKeys("One line", Keys.chord(Keys.SHIFT, Keys.ENTER), "and another.");
            assertThat(question.getDomProperty("value")).isEqualTo("One line\nand another.");

            // Held up, so that there is something to stop.
            teacher.pause();
            try {
                question.sendKeys(Keys.ENTER);
                page.browser().await("asking", () -> page.find("#stop").isDisplayed());
                question.sendKeys(Keys.ESCAPE);
                page.awaitAnswer();
                assertThat(page.text(".outcome")).startsWith("Stopped");
                edge.await(
                        "at rest",
                        Duration.ofSeconds(20),
                        () -> edge.metric("gkt_student_requests_running") + edge.metric("gkt_student_requests_waiting")
                                == 0);
            } finally {
                teacher.resume();
            }

            WebElement length = page.find("[aria-label='Guidance length, slider']");
            length.sendKeys(Keys.ARROW_RIGHT);
            assertThat(page.field("Guidance length").getDomProperty("value")).isEqualTo("17");
            assertThat(reachableByTab(page))
                    .contains("question", "send", "settings-toggle", "theme", "again", "clear")
                    .contains("parameter-temperature", "parameter-logit_bias", "api-key");
            assertHarmless(page);
        }
    }

    /** Ids of what Tab comes to, from the question on until it comes there again. */
    private static Set<String> reachableByTab(Playground page) {
        List<String> ids = new ArrayList<>();
        page.find("#question").click();
        for (int i = 0; i < 80; i++) {
            WebElement active = page.browser().driver().switchTo().activeElement();
            ids.add(String.valueOf(active.getDomAttribute("id")));
            active.sendKeys(Keys.TAB);
        }
        return Set.copyOf(ids);
    }

    @Test
    void settingsOpenOverThePageOnAPhone() throws Exception {
        try (Playground page = Playground.open(edge, Look.PHONE)) {
            assertThat(page.find("#settings").isDisplayed()).isFalse();
            page.press("Settings");
            assertThat(page.find("#settings").isDisplayed()).isTrue();
            page.assertFitsTheWidth();
            page.browser().screenshot("settings-phone");
            page.choose("Student");
            page.press("Close");
            assertThat(page.find("#settings").isDisplayed()).isFalse();

            page.ask(QUESTION);
            assertThat(page.text(".outcome")).startsWith("Student alone");
            assertThat(page.all(".by-teacher[data-source]")).isEmpty();
        }
    }

    @Test
    void theThemeIsChosenAndRemembered() throws Exception {
        try (Playground page = Playground.open(edge, Look.LIGHT)) {
            String light = page.style("body", "background-color");
            page.find("#theme").click();
            assertThat(page.style("body", "background-color")).as("light").isEqualTo(light);
            page.find("#theme").click();
            assertThat(page.style("body", "background-color")).as("dark").isNotEqualTo(light);
            page.reload();
            assertThat(page.style("body", "background-color")).as("dark").isNotEqualTo(light);
        }
    }

    @ParameterizedTest
    @EnumSource(Look.class)
    void nothingStandsInTheWayOfAnyReader(Look look) throws Exception {
        try (Playground page = Playground.open(edge, look)) {
            assertThat(page.browser().barriers()).as("welcome").isEmpty();
            page.ask(QUESTION);
            page.find("summary").click();
            assertThat(page.browser().barriers()).as("answer").isEmpty();
            if (look == Look.PHONE) {
                page.press("Settings");
                assertThat(page.browser().barriers()).as("settings").isEmpty();
                page.press("Close");
            }
            page.find("a[href='#compare']").click();
            page.press("Compare");
            page.browser().await("compared", () -> !page.all(".saving").isEmpty());
            assertThat(page.browser().barriers()).as("comparison").isEmpty();
        }
    }

    /** Nothing went wrong out of sight, and nobody else was asked. */
    private static void assertHarmless(Playground page) {
        assertThat(page.browser().complaints()).isEmpty();
        assertThat(page.browser().requests())
                .isNotEmpty()
                .allSatisfy(address -> assertThat(address.getAuthority())
                        .as("%s", address)
                        .isEqualTo(edge.url().getAuthority()));
    }
}
