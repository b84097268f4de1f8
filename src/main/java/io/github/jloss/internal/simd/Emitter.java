// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.kernel.ClassFiles;
import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.internal.kernel.Parameters;
import io.github.jloss.internal.formula.Lifter;
import io.github.jloss.internal.formula.Node;
import io.github.jloss.internal.formula.Node.FloatConstant;
import io.github.jloss.internal.formula.Node.IntConstant;
import io.github.jloss.internal.formula.Node.Op;
import io.github.jloss.internal.formula.Node.Operation;
import io.github.jloss.internal.formula.Node.Type;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies {@link SimdLoop} with a formula in it: each call of {@link Placeholder} becomes the formula's operations, one
 * vector operation for each node. A node that the value and the gradient share is computed once.
 */
final class Emitter {

    private static final ClassDesc PLACEHOLDER = Placeholder.class.describeConstable().orElseThrow();
    private static final ClassDesc LOOP = SimdLoop.class.describeConstable().orElseThrow();
    private static final ClassDesc FLOATS = FloatVector.class.describeConstable().orElseThrow();
    private static final ClassDesc INTS = IntVector.class.describeConstable().orElseThrow();
    private static final ClassDesc VECTOR = Vector.class.describeConstable().orElseThrow();
    private static final ClassDesc MASK = VectorMask.class.describeConstable().orElseThrow();
    private static final ClassDesc SEGMENT = MemorySegment.class.describeConstable().orElseThrow();
    private static final ClassDesc BYTE_ORDER = ByteOrder.class.describeConstable().orElseThrow();
    private static final ClassDesc ARRAY = float[].class.describeConstable().orElseThrow();
    private static final ClassDesc SPECIES = VectorSpecies.class.describeConstable().orElseThrow();
    private static final ClassDesc OPERATORS = VectorOperators.class.describeConstable().orElseThrow();
    private static final ClassDesc BINARY = VectorOperators.Binary.class.describeConstable().orElseThrow();
    private static final ClassDesc ASSOCIATIVE = VectorOperators.Associative.class.describeConstable().orElseThrow();
    private static final ClassDesc CONVERSION = VectorOperators.Conversion.class.describeConstable().orElseThrow();

    /** What a placeholder's arguments are, in their order. */
    private static final List<Node> ARGUMENTS = IntStream.range(0, 4).<Node>mapToObj(Node.Argument::new).toList();

    private static final List<Node> PARAMETERS =
            IntStream.range(0, Parameters.MOST).<Node>mapToObj(Node.Parameter::new).toList();

    /**
     * HotSpot does not compile methods of more bytes than this; what it does not compile takes a thousand times longer
     * with vectors than without.
     */
    private static final int LONGEST = 8000;

    private final Map<String, Node> results;
    private final Node cut;
    private final boolean inNativeMemory;

    /**
     * For results, by the names of the placeholders they replace, and the node their computation is cut at, or null.
     * Arrays and native memory have copies of their own: both in one compiled loop would slow down both.
     */
    Emitter(Map<String, Node> results, Node cut, boolean inNativeMemory) {
        this.results = results;
        this.cut = cut;
        this.inNativeMemory = inNativeMemory;
    }

    /** The class file of the copy. */
    byte[] emit() {
        ClassFile file = ClassFile.of();
        byte[] copy = file.transformClass(ClassFiles.parse(SimdLoop.class),
                ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(Body::new)));
        for (MethodModel method : file.parse(copy).methods()) {
            if (method.code().orElseThrow() instanceof CodeAttribute code && code.codeLength() > LONGEST) {
                throw new Lifter.Refused("it has too many operations for the JIT compiler");
            }
        }
        return copy;
    }

    /** One method of the copy. */
    private final class Body implements CodeTransform {

        /** The values of the vector in hand, by the local variable they are in. */
        private final Map<Node, Integer> slots = new HashMap<>();
        private CodeBuilder code;

        @Override
        public void accept(CodeBuilder builder, CodeElement element) {
            if (!(element instanceof InvokeInstruction call) || !call.owner().asSymbol().equals(PLACEHOLDER)) {
                builder.with(element);
                return;
            }
            code = builder;
            switch (call.name().stringValue()) {
                case "firstHalf" -> {
                    slots.clear();
                    takeArguments(PARAMETERS);
                    takeArguments(List.of(new Node.Argument(0)));
                    push(cut == null ? new Node.Argument(0) : cut);
                    slots.clear();
                }
                case "mapped", "value", "gradient", "second", "third" -> {
                    takeArguments();
                    // A loop without a use for a result never gets to its placeholder.
                    push(results.getOrDefault(call.name().stringValue(), new Node.Argument(0)));
                }
                case "load" -> {
                    int[] access = takeAccess();
                    code.getstatic(LOOP, "SPECIES", SPECIES);
                    pushPlace(access);
                    code.invokestatic(FLOATS, inNativeMemory ? "fromMemorySegment" : "fromArray",
                            place(FLOATS, SPECIES));
                }
                default -> {
                    pushPlace(takeAccess());
                    code.invokevirtual(FLOATS, inNativeMemory ? "intoMemorySegment" : "intoArray",
                            place(ConstantDescs.CD_void));
                }
            }
        }

        /** The type of a method that takes some parameters and then a place in memory. */
        private MethodTypeDesc place(ClassDesc result, ClassDesc... before) {
            return type(result, before).insertParameterTypes(before.length, inNativeMemory
                    ? new ClassDesc[] {SEGMENT, ConstantDescs.CD_long, BYTE_ORDER}
                    : new ClassDesc[] {ARRAY, ConstantDescs.CD_int});
        }

        /** From the operand stack to local variables; what was computed of the same arguments before stays known. */
        private void takeArguments() {
            takeArguments(PARAMETERS);
            takeArguments(List.of(cut == null ? new Node.This() : cut));
            takeArguments(ARGUMENTS);
        }

        private void takeArguments(List<Node> arguments) {
            for (Node argument : arguments.reversed()) {
                code.astore(slots.computeIfAbsent(argument, n -> code.allocateLocal(TypeKind.REFERENCE)));
            }
        }

        /** The arguments of load and store, from the operand stack to local variables: array, offset, ... */
        private int[] takeAccess() {
            TypeKind[] kinds = {TypeKind.REFERENCE, TypeKind.INT, TypeKind.REFERENCE, TypeKind.LONG, TypeKind.INT};
            int[] locals = new int[kinds.length];
            for (int k = kinds.length - 1; k >= 0; k--) {
                locals[k] = code.allocateLocal(kinds[k]);
                code.storeLocal(kinds[k], locals[k]);
            }
            return locals;
        }

        /** Pushes array and index, or segment, byte offset and byte order. */
        private void pushPlace(int[] access) {
            if (inNativeMemory) {
                code.aload(access[2]).lload(access[3]).iload(access[4]).i2l().iconst_2().lshl().ladd();
                code.invokestatic(BYTE_ORDER, "nativeOrder", type(BYTE_ORDER));
            } else {
                code.aload(access[0]).iload(access[1]).iload(access[4]).iadd();
            }
        }

        private void push(Node node) {
            if (slots.containsKey(node)) {
                code.aload(slots.get(node));
                return;
            }
            switch (node) {
                case FloatConstant c -> {
                    code.getstatic(LOOP, "SPECIES", SPECIES).loadConstant(c.value());
                    code.invokestatic(FLOATS, "broadcast", type(FLOATS, SPECIES, ConstantDescs.CD_float));
                }
                case IntConstant c -> {
                    code.getstatic(LOOP, "INTS", SPECIES).loadConstant(c.value());
                    code.invokestatic(INTS, "broadcast", type(INTS, SPECIES, ConstantDescs.CD_int));
                }
                case Operation o -> compute(o.op(), o.operands());
                default -> throw new AssertionError(node);
            }
            int slot = code.allocateLocal(TypeKind.REFERENCE);
            code.dup().astore(slot);
            slots.put(node, slot);
        }

        private void compute(Op op, List<Node> o) {
            switch (op) {
                case ADD, SUB, MUL, DIV ->
                    invoke(FLOATS, op.name().toLowerCase(Locale.ROOT), FLOATS, o.get(0), o.get(1));
                case NEG, ABS -> invoke(FLOATS, op.name().toLowerCase(Locale.ROOT), FLOATS, o.get(0));
                case FMA -> fma(o.get(0), o.get(1), o.get(2), Fma.FUSED);
                case MATH_FMA -> fma(o.get(0), o.get(1), o.get(2), true);
                case IF_LESS -> choose("lt", o.get(0), o.get(1), o.get(2), o.get(3));
                case IF_EQUAL -> choose("eq", o.get(0), o.get(1), o.get(2), o.get(3));
                case IF_SIGN_BIT -> chooseBySign(o.get(0), o.get(1), o.get(2));
                case FROM_BITS -> {
                    push(o.get(0));
                    reinterpret(Type.FLOAT);
                }
                case TO_BITS -> {
                    push(o.get(0));
                    reinterpret(Type.INT);
                }
                case TO_FLOAT -> {
                    push(o.get(0));
                    code.getstatic(OPERATORS, "I2F", CONVERSION).iconst_0();
                    code.invokevirtual(INTS, "convert", type(VECTOR, CONVERSION, ConstantDescs.CD_int));
                    code.checkcast(FLOATS);
                }
                case IADD -> invoke(INTS, "add", INTS, o.get(0), o.get(1));
                case ISUB -> invoke(INTS, "sub", INTS, o.get(0), o.get(1));
                case AND, OR, XOR -> lanewise(op.name(), o.get(0), o.get(1));
                case SHL -> lanewise("LSHL", o.get(0), o.get(1));
                case SHR -> lanewise("ASHR", o.get(0), o.get(1));
                case USHR -> lanewise("LSHR", o.get(0), o.get(1));
            }
        }

        private void invoke(ClassDesc owner, String method, ClassDesc result, Node left, Node right) {
            push(left);
            push(right);
            code.invokevirtual(owner, method, type(result, VECTOR));
        }

        private void invoke(ClassDesc owner, String method, ClassDesc result, Node operand) {
            push(operand);
            code.invokevirtual(owner, method, type(result));
        }

        private void fma(Node a, Node b, Node c, boolean fused) {
            push(a);
            push(b);
            if (fused) {
                push(c);
                code.invokevirtual(FLOATS, "fma", type(FLOATS, VECTOR, VECTOR));
            } else {
                code.invokevirtual(FLOATS, "mul", type(FLOATS, VECTOR));
                push(c);
                code.invokevirtual(FLOATS, "add", type(FLOATS, VECTOR));
            }
        }

        private void choose(String comparison, Node a, Node b, Node ifTrue, Node ifFalse) {
            push(ifFalse);
            push(ifTrue);
            invoke(FLOATS, comparison, MASK, a, b);
            code.invokevirtual(FLOATS, "blend", type(FLOATS, VECTOR, MASK));
        }

        /** By the bits, as ints, so that -0 and NaN have a sign, too. */
        private void chooseBySign(Node a, Node ifSet, Node ifClear) {
            push(ifClear);
            reinterpret(Type.INT);
            push(ifSet);
            reinterpret(Type.INT);
            push(a);
            reinterpret(Type.INT);
            push(new IntConstant(0));
            code.invokevirtual(INTS, "lt", type(MASK, VECTOR));
            code.invokevirtual(INTS, "blend", type(INTS, VECTOR, MASK));
            reinterpret(Type.FLOAT);
        }

        /**
         * Shifts, too, take a vector. In the JDK's method that takes an int, C2 remembers failed class checks; once a
         * loop has any, and its methods were decompiled 200 times in all, C2 no longer trusts the types it has seen,
         * and vectors become objects (1 KB of garbage a call, in some starts).
         */
        private void lanewise(String operator, Node left, Node right) {
            push(left);
            // AND, OR and XOR are declared as associative operators, the shifts as mere binary ones.
            code.getstatic(OPERATORS, operator, operator.length() < 4 ? ASSOCIATIVE : BINARY);
            push(right);
            code.invokevirtual(INTS, "lanewise", type(INTS, BINARY, VECTOR));
        }

        private void reinterpret(Type to) {
            if (to == Type.INT) {
                code.invokevirtual(FLOATS, "reinterpretAsInts", type(INTS));
            } else {
                code.invokevirtual(INTS, "reinterpretAsFloats", type(FLOATS));
            }
        }

        private static MethodTypeDesc type(ClassDesc result, ClassDesc... parameters) {
            return MethodTypeDesc.of(result, parameters);
        }
    }
}
