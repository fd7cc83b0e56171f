package io.gkt.demo.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpressionTest {

    @Test
    void writesOnlyTheParenthesesThatItNeeds() {
        assertThat(Expression.of(12).plus(Expression.of(3).times(4)).minus(5)).hasToString("12 + 3 * 4 - 5");
        assertThat(Expression.of(12).plus(5).times(3)).hasToString("(12 + 5) * 3");
        assertThat(Expression.of(12).plus(Expression.of(12).minus(5))).hasToString("12 + (12 - 5)");
        assertThat(Expression.of(3).times(4).dividedBy(6).plus(7)).hasToString("3 * 4 / 6 + 7");
    }

    @Test
    void calculatesInnerOperationsFirst() {
        var expression = Expression.of(12).plus(Expression.of(3).times(4)).minus(5);

        assertThat(expression.steps()).containsExactly("3 * 4 = 12", "12 + 12 = 24", "24 - 5 = 19");
        assertThat(expression.value()).isEqualTo(19);
        assertThat(expression.numbers()).containsExactly(12, 3, 4, 12, 24, 5, 19);
    }

    @Test
    void leavesItsBoundsByAnIntermediateResultOrAFraction() {
        assertThat(Expression.of(90).plus(9).staysWithin(99)).isTrue();
        assertThat(Expression.of(90).plus(10).minus(50).staysWithin(99)).isFalse();
        assertThat(Expression.of(5).minus(5).plus(7).staysWithin(99)).isFalse();
        assertThat(Expression.of(9).dividedBy(2).staysWithin(99)).isFalse();
    }
}
