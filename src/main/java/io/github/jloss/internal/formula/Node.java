// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.formula;

import java.util.List;
import java.util.Objects;

/**
 * A value in a formula: what the formula's bytecode leaves on the operand stack, without saying on how many lanes.
 * Equal nodes are equal values, so that a map finds subexpressions that the value and the gradient have in common.
 */
public sealed interface Node {

    /** Whether the value is a float or an int. */
    enum Type { FLOAT, INT }

    /** What can be done with values; vectors can do the same. */
    enum Op {
        ADD(Type.FLOAT), SUB(Type.FLOAT), MUL(Type.FLOAT), DIV(Type.FLOAT), NEG(Type.FLOAT), ABS(Type.FLOAT),
        /** Rounded once where the processor can, else twice. */
        FMA(Type.FLOAT),
        /** Rounded once, whatever it takes. */
        MATH_FMA(Type.FLOAT),
        /** (a, b, x, y): a < b ? x : y. */
        IF_LESS(Type.FLOAT),
        /** (a, b, x, y): a == b ? x : y. */
        IF_EQUAL(Type.FLOAT),
        /** (a, x, y): sign bit of a ? x : y. */
        IF_SIGN_BIT(Type.FLOAT),
        /** Of bits, to bits, and the number an int is. */
        FROM_BITS(Type.FLOAT), TO_BITS(Type.INT), TO_FLOAT(Type.FLOAT),
        IADD(Type.INT), ISUB(Type.INT), AND(Type.INT), OR(Type.INT), XOR(Type.INT),
        SHL(Type.INT), SHR(Type.INT), USHR(Type.INT);

        final Type type;

        Op(Type type) {
            this.type = type;
        }
    }

    /**
     * An argument of the formula: x, t, a, b.
     *
     * @param index 0 for x
     */
    record Argument(int index) implements Node {}

    /**
     * A float component of the formula's record.
     *
     * @param index its position among the float components
     */
    record Parameter(int index) implements Node {}

    /**
     * A float constant; compared by its bits.
     *
     * @param bits of the float
     */
    record FloatConstant(int bits) implements Node {
        static FloatConstant of(float value) {
            return new FloatConstant(Float.floatToRawIntBits(value));
        }

        /**
         * The constant.
         *
         * @return the float of these bits
         */
        public float value() {
            return Float.intBitsToFloat(bits);
        }
    }

    /**
     * An int constant; a boolean component is one, too.
     *
     * @param value the constant
     */
    record IntConstant(int value) implements Node {}

    /** The formula itself. */
    record This() implements Node {}

    /**
     * An operation. The hash is kept: nodes share operands, and walking them anew each time takes exponential time.
     *
     * @param op what is done
     * @param operands with what
     * @param hash of both
     */
    record Operation(Op op, List<Node> operands, int hash) implements Node {

        Operation(Op op, List<Node> operands) {
            this(op, operands, 31 * op.hashCode() + operands.hashCode());
        }

        @Override
        public boolean equals(Object o) {
            return this == o || o instanceof Operation other && hash == other.hash && op == other.op
                    && operands.equals(other.operands);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /**
     * The call of a static method of a class that was left alone; its arguments and its result are floats.
     *
     * @param owner the class, with dots
     * @param method its name
     * @param operands its arguments
     * @param hash of all three
     */
    record Call(String owner, String method, List<Node> operands, int hash) implements Node {

        Call(String owner, String method, List<Node> operands) {
            this(owner, method, operands, Objects.hash(owner, method, operands));
        }

        @Override
        public boolean equals(Object o) {
            return this == o || o instanceof Call other && hash == other.hash && owner.equals(other.owner)
                    && method.equals(other.method) && operands.equals(other.operands);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /**
     * What the value is computed from.
     *
     * @return the operands, none for constants and arguments
     */
    default List<Node> inputs() {
        return switch (this) {
            case Operation o -> o.operands;
            case Call c -> c.operands;
            default -> List.of();
        };
    }

    /**
     * The type of the value.
     *
     * @return whether it is a float or an int
     */
    default Type type() {
        return switch (this) {
            case Operation o -> o.op.type;
            case IntConstant c -> Type.INT;
            default -> Type.FLOAT;
        };
    }
}
