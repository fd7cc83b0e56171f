package io.gkt.demo.problem;

import java.util.List;
import java.util.stream.Stream;

/** An arithmetic expression over positive whole numbers, printed with only the parentheses it needs. */
sealed interface Expression {

    int value();

    /** The operations one by one, as they are calculated: {@code 3 * 4 = 12}, then {@code 12 + 12 = 24}. */
    List<String> steps();

    /** Every number that is written in the expression or results from one of its operations. */
    Stream<Integer> numbers();

    /** Whether every division comes out even and every intermediate result lies in 1..{@code largest}. */
    boolean staysWithin(int largest);

    static Expression of(int value) {
        return new Number(value);
    }

    default Expression plus(Expression right) {
        return new Operation(this, '+', right);
    }

    default Expression plus(int right) {
        return plus(of(right));
    }

    default Expression minus(Expression right) {
        return new Operation(this, '-', right);
    }

    default Expression minus(int right) {
        return minus(of(right));
    }

    default Expression times(int right) {
        return new Operation(this, '*', of(right));
    }

    default Expression dividedBy(int right) {
        return new Operation(this, '/', of(right));
    }

    record Number(int value) implements Expression {

        @Override
        public List<String> steps() {
            return List.of();
        }

        @Override
        public Stream<Integer> numbers() {
            return Stream.of(value);
        }

        @Override
        public boolean staysWithin(int largest) {
            return value >= 1 && value <= largest;
        }

        @Override
        public String toString() {
            return Integer.toString(value);
        }
    }

    record Operation(Expression left, char operator, Expression right) implements Expression {

        @Override
        public int value() {
            return switch (operator) {
                case '+' -> left.value() + right.value();
                case '-' -> left.value() - right.value();
                case '*' -> left.value() * right.value();
                case '/' -> left.value() / right.value();
                default -> throw new IllegalStateException("Unknown operator " + operator);
            };
        }

        @Override
        public List<String> steps() {
            var own = left.value() + " " + operator + " " + right.value() + " = " + value();
            return Stream.of(left.steps().stream(), right.steps().stream(), Stream.of(own))
                    .flatMap(steps -> steps)
                    .toList();
        }

        @Override
        public Stream<Integer> numbers() {
            return Stream.of(left.numbers(), right.numbers(), Stream.of(value()))
                    .flatMap(numbers -> numbers);
        }

        @Override
        public boolean staysWithin(int largest) {
            return left.staysWithin(largest)
                    && right.staysWithin(largest)
                    && (operator != '/' || left.value() % right.value() == 0)
                    && value() >= 1
                    && value() <= largest;
        }

        @Override
        public String toString() {
            // A left operand of the same rank needs no parentheses, a right one does.
            return inParentheses(left, rank()) + " " + operator + " " + inParentheses(right, rank() + 1);
        }

        private int rank() {
            return operator == '+' || operator == '-' ? 1 : 2;
        }

        private static String inParentheses(Expression operand, int leastRank) {
            return operand instanceof Operation operation && operation.rank() < leastRank
                    ? "(" + operation + ")"
                    : operand.toString();
        }
    }
}
