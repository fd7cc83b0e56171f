package io.gkt.evaluation.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerFormTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 + 3 = 5. The answer is 5.                     | 5
            The answer is 5                                 | 5
            the ANSWER is 5.                                | 5
            So the final answer is 5!                       | 5
            The answer is: 5.                               | 5
            The answer is 1,250.                            | 1250
            The answer is 1,234,567.                        | 1234567
            The answer is $1,250.00.                        | 1250
            The answer is 12.50 dollars.                    | 12.5
            The answer is .5.                               | 0.5
            The answer is 007.                              | 7
            The answer is 100.                              | 100
            The answer is -3.                               | -3
            The answer is \u22123.                          | -3
            The answer is -$3.                              | -3
            The answer is $-3.                              | -3
            The answer is \u20ac40.                         | 40
            The answer is 25%.                              | 25
            The answer is 18kg.                             | 18
            The answer is **18**.                           | 18
            The answer is 5 apples and 3 pears.             | 5
            The answer is 3 + 4 = 7.                        | 7
            The answer is x = 7.                            | 7
            The answer is 5/day.                            | 5
            The answer is 4. No, the answer is 6. Done 9.   | 6
            The answer is 0.                                | 0
            """)
    void findsNumbers(String text, String answer) {
        assertThat(AnswerForm.NUMBER.extract(text)).contains(answer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 + 3 = 5.
            ''
            The answer is not known. There are 5.
            The answer is
            The answer is 1/2.
            The answer is 12:30.
            The answer is 1234,56.
            The answers are 5 and 6.
            """)
    void aTextThatStatesNoNumberHasNoAnswer(String text) {
        assertThat(AnswerForm.NUMBER.extract(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            The answer is E.                                | E
            The answer is E                                 | E
            The answer is (E).                              | E
            The answer is (e).                              | E
            The answer is E) to eat.                        | E
            The answer is: (B) bank.                        | B
            The answer is option C.                         | C
            The answer is **D**.                            | D
            The answer is "A".                              | A
            The answer is A, not B.                         | A
            The answer is a bank (D).                       | D
            The answer is the river, so (B).                | B
            the answer is c. No, the answer is (A).         | A
            """)
    void findsLetters(String text, String answer) {
        assertThat(AnswerForm.CHOICE.extract(text)).contains(answer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            It must be (E).
            The answer is a bank.
            The answer is Eating.
            The answer is I'm not sure.
            The answer is unclear. (B)
            """)
    void aTextThatStatesNoLetterHasNoAnswer(String text) {
        assertThat(AnswerForm.CHOICE.extract(text)).isEmpty();
    }

    @Test
    void anAnswerMayStandOnTheNextLine() {
        assertThat(AnswerForm.NUMBER.extract("The answer is:\n18")).contains("18");
    }

    @Test
    void anInventedNextQuestionIsNotPartOfTheAnswer() {
        String text = "The answer is 5.\n\nQ: And what is 1 + 1?\nA: The answer is 2.";
        assertThat(AnswerForm.NUMBER.extract(text)).contains("5");
        assertThat(AnswerForm.NUMBER.extract("Hm.\nQ: 1 + 1?\nA: The answer is 2."))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            We need 3 * 4 + 5.                | false
            We need 3 * 4 + 5. 3 * 4 = 12.    | false
            12 + 5 = 17.                      | true
            12 + 5 = $17                      | true
            That makes 17                     | true
            That makes 170 or 1.7 or 17/2     | false
            The answer is 17                  | true
            """)
    void aNumberThatIsNotInTheQuestionIsLeakedWhereverItStands(String guidance, boolean leaked) {
        Example example = new Example("demo-1", "Mia has 3 bags of 4 nuts and 5 more. How many?", "17");
        assertThat(AnswerForm.NUMBER.leaks(guidance, example)).isEqualTo(leaked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            She begins with 17 and takes 3    | false
            3 + 14 = 17                       | true
            The answer is 17                  | true
            """)
    void aNumberOfTheQuestionIsLeakedOnlyAsAResult(String guidance, boolean leaked) {
        Example example = new Example("demo-1", "Of 17 nuts Mia eats 3 and finds 3. How many?", "17");
        assertThat(AnswerForm.NUMBER.leaks(guidance, example)).isEqualTo(leaked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            A bank is where money is.         | false
            A bank (B) is where money is.     | true
            The answer is B                   | true
            It is not (A).                    | false
            """)
    void aLetterIsLeakedInBracketsOrAsTheAnswer(String guidance, boolean leaked) {
        Example example = new Example("csqa-1", "Where is money? Answer Choices: (A) sea (B) bank", "B");
        assertThat(AnswerForm.CHOICE.leaks(guidance, example)).isEqualTo(leaked);
    }
}
