package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Browser.Look;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What the page says when teacher or edge are away, hang, come back, or ask for a key. */
@Timeout(180)
class PlaygroundTroubleIT {

    private static final String KEY = "a-key-that-nobody-should-see";

    @BeforeAll
    static void needsABrowser() {
        Browser.assumeThere();
    }

    @Test
    void theTeacherDiesAndComesBack() throws Exception {
        int port = ServiceProcess.freePort();
        try (ServiceProcess edge = ServiceProcess.edge(URI.create("http://127.0.0.1:" + port));
                Playground page = Playground.open(edge, Look.LIGHT)) {
            try (ServiceProcess teacher = ServiceProcess.teacher(port)) {
                page.ask(Problems.question(1));
                assertThat(page.text(".outcome")).startsWith("Guided");
                teacher.kill();

                page.askAgain();
                assertThat(page.text(".outcome.warning")).contains("Teacher", "the student answered alone");
                assertThat(page.text(".answer-text")).isNotBlank();
                assertThat(page.all(".by-teacher[data-source]")).isEmpty();
                page.awaitText("#pair", "Teacher away");
                page.browser().screenshot("teacher-away");

                page.choose("Teacher");
                page.askAgain();
                assertThat(page.text(".problem")).startsWith("No answer for now");
                page.browser().screenshot("teacher-away-alone");
                page.choose("Both");
            }
            try (ServiceProcess teacher = ServiceProcess.teacher(port)) {
                awaitGuided(page);
                page.awaitText("#pair", "Teacher demo-teacher");
            }
        }
    }

    @Test
    void theTeacherHangsAndGoesOn() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
                ServiceProcess edge = ServiceProcess.edge(teacher.url());
                Playground page = Playground.open(edge, Look.DARK)) {
            page.type("Guidance timeout", "500");
            teacher.pause();
            page.ask(Problems.question(2));
            assertThat(page.text(".outcome.warning")).startsWith("Teacher too slow");
            assertThat(page.text(".timeline")).contains("Waited for the teacher");
            page.browser().screenshot("teacher-slow");

            teacher.resume();
            page.type("Guidance timeout", "5000");
            awaitGuided(page);
        }
    }

    @Test
    void theEdgeDiesAndComesBack() throws Exception {
        int port = ServiceProcess.freePort();
        try (ServiceProcess edge = ServiceProcess.start("edge-student", port);
                Playground page = Playground.open(edge, Look.LIGHT)) {
            page.awaitText("#pair", "Teacher none configured");
            edge.kill();
            page.ask(Problems.question(3));
            assertThat(page.text(".problem"))
                    .startsWith("The edge is away")
                    .contains(edge.url().toString());
            page.awaitText("#pair", "Edge away");
            page.browser().screenshot("edge-away");

            try (ServiceProcess again = ServiceProcess.start("edge-student", port)) {
                page.awaitText("#pair", "Student demo-student");
                page.askAgain();
                assertThat(page.text(".outcome")).contains("No teacher is configured");
            }
        }
    }

    @Test
    void anEdgeWithKeysGetsOne(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("key"), KEY);
        try (ServiceProcess edge = ServiceProcess.start(
                        "edge-student", ServiceProcess.ANY_PORT, "--gkt.access.keys.reader.file=" + file);
                Playground page = Playground.openLocked(edge)) {
            page.ask(Problems.question(4));
            assertThat(page.text(".problem")).startsWith("The edge asks for an API key");
            page.browser().screenshot("api-key");
            page.press("Enter the API key");
            assertThat(page.browser().driver().switchTo().activeElement().getDomAttribute("id"))
                    .isEqualTo("api-key");

            page.type("API key", "a-wrong-one");
            page.awaitText("#api-key-error", "not known here");
            assertThat(page.browser().complaints()).allMatch(complaint -> complaint.contains("status of 401"));

            page.type("API key", KEY);
            page.awaitText("#pair", "Student demo-student");
            page.askAgain();
            assertThat(page.text(".outcome")).contains("Student alone");
            assertThat(page.curl()).contains("-H \"Authorization: Bearer $GKT_API_KEY\"");
            assertThat(page.browser().driver().getPageSource()).doesNotContain(KEY);
            assertThat(stored(page, "sessionStorage")).isEqualTo(KEY);
            assertThat(stored(page, "localStorage")).isNull();

            page.field("Remember it in this browser").click();
            assertThat(stored(page, "sessionStorage")).isNull();
            assertThat(stored(page, "localStorage")).isEqualTo(KEY);
            assertThat(page.browser().complaints()).allMatch(complaint -> complaint.contains("status of 401"));
            page.reload();
            page.ask(Problems.question(4));
            assertThat(page.text(".outcome")).contains("Student alone");
            assertThat(page.browser().complaints()).isEmpty();

            page.field("API key").sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE, Keys.TAB);
            page.awaitText("#pair", "Edge asks for an API key");
            assertThat(stored(page, "localStorage")).isNull();
        }
    }

    private static Object stored(Playground page, String store) {
        return page.browser().run("return " + store + ".getItem('gkt.api-key')");
    }

    /** The edge leaves a teacher alone for some seconds after failures. */
    private static void awaitGuided(Playground page) {
        page.browser().await("guided", () -> {
            page.askAgain();
            return page.text(".outcome").startsWith("Guided");
        });
    }
}
