// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.internal.formula.Lifter;
import io.github.jloss.internal.formula.Node;
import io.github.jloss.tornado.kernels.DeviceBits;
import io.github.jloss.tornado.kernels.FormulaSlot;
import io.github.jloss.tornado.kernels.Pointwise;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Writes a formula into a kernel, every subexpression once, also those that value and gradient have in common.
 * TornadoVM could compile the formula's own methods, but inlines each of their calls anew, and gives up at some size.
 */
final class FormulaCode {

    private final Node value;
    private final Node gradient;
    private final Map<Node, Integer> slots = new HashMap<>();
    private CodeBuilder code;
    private int options;

    /**
     * A formula's code.
     *
     * @param value what the formula's value is
     * @param gradient what its gradient is
     */
    FormulaCode(Node value, Node gradient) {
        this.value = value;
        this.gradient = gradient;
    }

    /**
     * Puts the formula into a kernel.
     *
     * @param template the class file of the kernel, in which {@link FormulaSlot} is called, first for the value
     * @return the class file with the formula's code in place of these calls
     */
    byte[] into(byte[] template) {
        ClassFile files = ClassFile.of();
        return files.transformClass(files.parse(template), ClassTransform.transformingMethodBodies(this::rewrite));
    }

    private void rewrite(CodeBuilder builder, CodeElement element) {
        if (element instanceof InvokeInstruction call
                && call.owner().asSymbol().equals(described(FormulaSlot.class))) {
            code = builder;
            takeArguments();
            Node result = call.name().equalsString("value") ? value : gradient;
            compute(result);
            push(result);
        } else {
            builder.with(element);
        }
    }

    /** Pops x, t, a, b and the options; both calls get the same. */
    private void takeArguments() {
        if (slots.isEmpty()) {
            options = code.allocateLocal(TypeKind.REFERENCE);
        }
        for (int i = 3; i >= 0; i--) {
            code.fstore(slots.computeIfAbsent(new Node.Argument(i), _ -> code.allocateLocal(TypeKind.FLOAT)));
        }
        code.astore(options);
    }

    /** Makes sure that a value is in a local variable, if it is not a constant; what it depends on first. */
    private void compute(Node node) {
        if (node instanceof Node.FloatConstant || slots.containsKey(node)) return;
        node.inputs().forEach(this::compute);
        int slot = code.allocateLocal(TypeKind.FLOAT);
        switch (node) {
            case Node.Parameter parameter -> {
                code.aload(options).loadConstant(Pointwise.SCALE + 1 + parameter.index());
                code.invokevirtual(described(FloatArray.class), "get",
                        MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int));
                code.fstore(slot);
            }
            case Node.Call call -> {
                call.operands().forEach(this::push);
                code.invokestatic(ClassDesc.of(call.owner()), call.method(), floats(call.operands().size()));
                code.fstore(slot);
            }
            case Node.Operation o -> operate(o, slot);
            default -> throw new Lifter.Refused("it computes with ints");
        }
        slots.put(node, slot);
    }

    private void operate(Node.Operation operation, int slot) {
        List<Node> o = operation.operands();
        switch (operation.op()) {
            case ADD, SUB, MUL, DIV, NEG -> {
                o.forEach(this::push);
                switch (operation.op()) {
                    case ADD -> code.fadd();
                    case SUB -> code.fsub();
                    case MUL -> code.fmul();
                    case DIV -> code.fdiv();
                    default -> code.fneg();
                }
                code.fstore(slot);
            }
            case ABS -> {
                push(o.get(0));
                code.invokestatic(described(Math.class), "abs", floats(1)).fstore(slot);
            }
            case FMA, MATH_FMA -> {
                push(o.get(0));
                push(o.get(1));
                code.fmul();
                push(o.get(2));
                // TornadoVM fuses a product and its sum. Of two products it must not take the wrong one: the sum of
                // the other with 0 is one already.
                if (o.get(2) instanceof Node.Operation summand && summand.op() == Node.Op.MUL) {
                    code.fconst_0().fadd();
                }
                code.fadd().fstore(slot);
            }
            case IF_LESS -> {
                push(o.get(0));
                push(o.get(1));
                code.fcmpg();
                choose(true, o.get(2), o.get(3), slot);
            }
            case IF_EQUAL -> {
                push(o.get(0));
                push(o.get(1));
                code.fcmpl();
                choose(false, o.get(2), o.get(3), slot);
            }
            case IF_SIGN_BIT -> {
                push(o.get(0));
                code.fconst_0().fcmpg();
                choose(true, o.get(1), o.get(2), slot);
            }
            default -> throw new Lifter.Refused("it computes with ints");
        }
    }

    /** One value if the comparison on the stack says less (or equal), the other one if not, or if it saw a NaN. */
    private void choose(boolean less, Node ifTrue, Node ifFalse, int slot) {
        Label otherwise = code.newLabel();
        Label end = code.newLabel();
        if (less) {
            code.ifge(otherwise);
        } else {
            code.ifne(otherwise);
        }
        push(ifTrue);
        code.fstore(slot).goto_(end).labelBinding(otherwise);
        push(ifFalse);
        code.fstore(slot).labelBinding(end);
    }

    private void push(Node node) {
        if (node instanceof Node.FloatConstant constant && Float.isNaN(constant.value())) {
            code.fload(slots.get(new Node.Argument(0))).invokestatic(described(DeviceBits.class), "nan", floats(1));
        } else if (node instanceof Node.FloatConstant constant) {
            code.loadConstant(constant.value());
        } else {
            code.fload(slots.get(node));
        }
    }

    private static MethodTypeDesc floats(int count) {
        return MethodTypeDesc.of(ConstantDescs.CD_float, Collections.nCopies(count, ConstantDescs.CD_float));
    }

    private static ClassDesc described(Class<?> type) {
        return ClassDesc.of(type.getName());
    }
}
