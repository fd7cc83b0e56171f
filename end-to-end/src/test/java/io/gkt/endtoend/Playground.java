package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The playground in a browser, in the words of its readers. */
final class Playground implements AutoCloseable {

    private static final Pattern BODY = Pattern.compile("-d '(.*)'$", Pattern.DOTALL);

    private final Browser browser;

    private Playground(Browser browser) {
        this.browser = browser;
    }

    /** The page of that edge, once it knows its edge. */
    static Playground open(ServiceProcess edge, Browser.Look look) {
        Playground page = new Playground(Browser.open(edge.url(), look));
        page.awaitText("#pair", "Student demo-student");
        return page;
    }

    /** The page of an edge that does not tell who it is, without a key. */
    static Playground openLocked(ServiceProcess edge) {
        Playground page = new Playground(Browser.open(edge.url(), Browser.Look.LIGHT));
        page.awaitText("#pair", "Edge asks for an API key");
        return page;
    }

    Browser browser() {
        return browser;
    }

    WebElement find(String css) {
        return browser.driver().findElement(By.cssSelector(css));
    }

    List<WebElement> all(String css) {
        return browser.driver().findElements(By.cssSelector(css));
    }

    String text(String css) {
        return find(css).getText().replaceAll("\\s+", " ");
    }

    void awaitText(String css, String text) {
        browser.await(
                text + " in " + css,
                () -> all(css).stream()
                        .anyMatch(element ->
                                element.getText().replaceAll("\\s+", " ").contains(text)));
    }

    /** The control that a label which begins so is for. */
    WebElement field(String label) {
        return browser.driver()
                .findElement(
                        By.xpath("//*[@id = //label[starts-with(normalize-space(), '%s')]/@for]".formatted(label)));
    }

    /** Presses what reads so and can be seen. */
    void press(String name) {
        browser.driver().findElements(By.xpath("//button[normalize-space() = '%s']".formatted(name))).stream()
                .filter(WebElement::isDisplayed)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no button " + name))
                .click();
    }

    /** Chooses among settings that are shown as words side by side. */
    void choose(String name) {
        browser.driver()
                .findElement(By.xpath("//*[@role = 'radiogroup']//label[normalize-space() = '%s']".formatted(name)))
                .click();
    }

    void type(String label, String text) {
        WebElement field = field(label);
        field.clear();
        field.sendKeys(text, Keys.TAB);
    }

    void reload() {
        browser.driver().navigate().refresh();
        awaitText("#pair", "Student demo-student");
    }

    /** Asks, and waits for the end of the answer or of the attempt. */
    void ask(String question) {
        find("#question").sendKeys(question, Keys.ENTER);
        awaitAnswer();
    }

    /** Asks the last question again. */
    void askAgain() {
        find("#again").click();
        awaitAnswer();
    }

    void awaitAnswer() {
        browser.await(
                "answered",
                () -> find("#send").isDisplayed()
                        && !all("#conversation .answer[aria-busy=false]").isEmpty());
    }

    /** What the last answer says was asked. */
    String curl() {
        List<WebElement> commands = all("pre.curl");
        return commands.get(commands.size() - 1).getDomProperty("textContent");
    }

    /** The body of a request for a shell. */
    static JsonNode body(String curl) {
        Matcher body = BODY.matcher(curl);
        assertThat(body.find()).as(curl).isTrue();
        return JsonMapper.shared().readTree(body.group(1).replace("'\\''", "'"));
    }

    /** A computed style. */
    String style(String css, String property) {
        return find(css).getCssValue(property);
    }

    void assertFitsTheWidth() {
        assertThat((Long) browser.run("return document.documentElement.scrollWidth - innerWidth"))
                .as("scrolls sideways by")
                .isLessThanOrEqualTo(0);
    }

    @Override
    public void close() {
        browser.close();
    }
}
