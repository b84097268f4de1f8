// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.formula;

import io.github.jloss.internal.kernel.Parameters;
import io.github.jloss.internal.formula.Methods.Signature;
import io.github.jloss.internal.formula.Node.FloatConstant;
import io.github.jloss.internal.formula.Node.IntConstant;
import io.github.jloss.internal.formula.Node.Op;
import io.github.jloss.spi.Scalar;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.PseudoInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a formula's scalar code and tells what it computes, as a graph of {@link Node}s.
 *
 * <p>It runs the bytecode once with symbols for floats: straight-line code, calls of static helpers and of the
 * formula's own methods (followed), and branches on the formula's boolean components (decided). Everything that
 * vectors cannot do the same way is refused, with a sentence that says what it was.
 */
public final class Lifter {

    /** A formula that cannot be translated; the message says why. */
    public static final class Refused extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        /**
         * Says no.
         *
         * @param why a sentence of which the formula is the subject
         */
        public Refused(String why) {
            super(why);
        }
    }

    /** A static method. */
    private record Function(Class<?> owner, Signature signature) {}

    /** Functions that are operations. */
    private static final Map<Function, Op> FUNCTIONS = Map.of(
            function(Math.class, "abs", "(F)F"), Op.ABS,
            function(Math.class, "fma", "(FFF)F"), Op.MATH_FMA,
            function(Scalar.class, "fma", "(FFF)F"), Op.FMA,
            function(Scalar.class, "ifLess", "(FFFF)F"), Op.IF_LESS,
            function(Scalar.class, "ifEqual", "(FFFF)F"), Op.IF_EQUAL,
            function(Scalar.class, "ifSignBit", "(FFF)F"), Op.IF_SIGN_BIT,
            function(Float.class, "floatToRawIntBits", "(F)I"), Op.TO_BITS,
            function(Float.class, "intBitsToFloat", "(I)F"), Op.FROM_BITS);

    private static final Map<Opcode, Op> OPERATORS = Map.ofEntries(
            Map.entry(Opcode.FADD, Op.ADD), Map.entry(Opcode.FSUB, Op.SUB), Map.entry(Opcode.FMUL, Op.MUL),
            Map.entry(Opcode.FDIV, Op.DIV), Map.entry(Opcode.FNEG, Op.NEG),
            Map.entry(Opcode.IADD, Op.IADD), Map.entry(Opcode.ISUB, Op.ISUB), Map.entry(Opcode.IAND, Op.AND),
            Map.entry(Opcode.IOR, Op.OR), Map.entry(Opcode.IXOR, Op.XOR), Map.entry(Opcode.ISHL, Op.SHL),
            Map.entry(Opcode.ISHR, Op.SHR), Map.entry(Opcode.IUSHR, Op.USHR));

    private static final String BRANCHES = " branches on its data: use Scalar.ifLess or ifEqual";

    private static final Node THIS = new Node.This();

    /** Calls within calls; a formula that recurses is refused, not run for ever. */
    private static final int DEEPEST = 50;

    /** Operations, the same ones counted once; as deep may the graph be. */
    private static final int MOST = 300;

    /** Instructions that are followed; where helpers call each other twice and again twice, there is no end to them. */
    private static final int LONGEST = 20_000;

    private final Class<?> formula;
    private final Parameters parameters;
    private final int variant;
    private final Class<?> opaque;
    private final Methods methods = new Methods();
    private final Map<Node, Node> nodes = new HashMap<>();
    private int depth;
    private int steps;

    /**
     * For code that goes down to the bits.
     *
     * @param formula its class
     * @param parameters the components of that class
     * @param variant the values of its boolean components
     */
    public Lifter(Class<?> formula, Parameters parameters, int variant) {
        this(formula, parameters, variant, null);
    }

    /**
     * For code in which the calls of one class stay calls.
     *
     * @param formula its class
     * @param parameters the components of that class
     * @param variant the values of its boolean components
     * @param opaque static methods of this class, from floats to a float, are not looked into; or null
     */
    public Lifter(Class<?> formula, Parameters parameters, int variant, Class<?> opaque) {
        this.opaque = opaque;
        this.formula = formula;
        this.parameters = parameters;
        this.variant = variant;
    }

    /**
     * What a method of the formula computes of its four arguments.
     *
     * @param method such as {@code value} or {@code gradient}
     * @return its result
     * @throws Refused if it cannot be told
     */
    public Node lift(String method) {
        for (String component : parameters.behindAccessors()) {
            String descriptor = parameters.indexOf(component) >= 0 ? "()F" : "()Z";
            requirePlainAccessor(methods.select(Opcode.INVOKEVIRTUAL, formula, formula,
                    new Signature(component, descriptor), formula).model());
        }
        return call(Opcode.INVOKEINTERFACE, formula, formula, new Signature(method, "(FFFF)F"), List.of(THIS,
                new Node.Argument(0), new Node.Argument(1), new Node.Argument(2), new Node.Argument(3)));
    }

    private static Function function(Class<?> owner, String name, String descriptor) {
        return new Function(owner, new Signature(name, descriptor));
    }

    private Node call(Opcode opcode, Class<?> caller, Class<?> named, Signature signature, List<Node> arguments) {
        Methods.Found method = methods.select(opcode, caller, named, signature, formula);
        if (++depth > DEEPEST) {
            throw new Refused(signature.name() + " recurses");
        }
        Node result = run(method.owner(), signature.name(), method.model().code().orElseThrow(), arguments);
        depth--;
        return result;
    }

    private static void requirePlainAccessor(MethodModel method) {
        List<CodeElement> code = method.code().orElseThrow().elementList().stream()
                .filter(Instruction.class::isInstance).toList();
        if (code.size() != 3 || !(code.get(1) instanceof FieldInstruction field)
                || field.opcode() != Opcode.GETFIELD || !field.name().equals(method.methodName())) {
            throw new Refused("component " + method.methodName() + " cannot be read: its package is not open");
        }
    }

    private Node run(Class<?> owner, String name, CodeModel code, List<Node> arguments) {
        List<CodeElement> elements = code.elementList();
        Map<Label, Integer> labels = new HashMap<>();
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i) instanceof LabelTarget target) {
                labels.put(target.label(), i);
            }
        }
        Map<Integer, Node> locals = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            locals.put(i, arguments.get(i));
        }
        Deque<Node> stack = new ArrayDeque<>();
        Set<Integer> visited = new HashSet<>();
        for (int i = 0;; i++) {
            if (!visited.add(i)) {
                throw new Refused(name + " has a loop");
            }
            if (++steps > LONGEST) {
                throw new Refused("it takes more than " + LONGEST + " instructions");
            }
            switch (elements.get(i)) {
                case LoadInstruction load when locals.containsKey(load.slot()) ->
                    stack.push(locals.get(load.slot()));
                case StoreInstruction store -> locals.put(store.slot(), stack.pop());
                case ConstantInstruction constant -> stack.push(constant(name, constant));
                case OperatorInstruction operator -> stack.push(operate(name, operator, stack));
                case ConvertInstruction convert when convert.opcode() == Opcode.I2F ->
                    stack.push(node(Op.TO_FLOAT, stack.pop()));
                case StackInstruction copy when copy.opcode() == Opcode.DUP -> stack.push(stack.peek());
                case FieldInstruction field when field.opcode() == Opcode.GETFIELD && stack.pop() == THIS ->
                    stack.push(component(field.name().stringValue()));
                case InvokeInstruction invoke -> stack.push(invoke(owner, invoke, stack));
                case BranchInstruction branch -> {
                    if (taken(name, branch, stack)) {
                        i = labels.get(branch.target());
                    }
                }
                case ReturnInstruction _ -> {
                    if (stack.isEmpty()) {
                        throw new Refused(name + " gives no value");
                    }
                    return stack.pop();
                }
                case PseudoInstruction _ -> { }
                case CodeElement other -> throw new Refused(name + " contains " + other);
            }
        }
    }

    private Node constant(String name, ConstantInstruction constant) {
        return switch (constant.constantValue()) {
            case Float f -> FloatConstant.of(f);
            case Integer i -> new IntConstant(i);
            case Object other -> throw new Refused(name + " uses the constant " + other + ", neither float nor int");
        };
    }

    private Node component(String name) {
        int index = parameters.indexOf(name);
        return index >= 0 ? new Node.Parameter(index) : new IntConstant(parameters.flag(name, variant) ? 1 : 0);
    }

    private Node operate(String name, OperatorInstruction operator, Deque<Node> stack) {
        Op op = OPERATORS.get(operator.opcode());
        if (operator.opcode() == Opcode.FCMPL || operator.opcode() == Opcode.FCMPG) {
            throw new Refused(name + BRANCHES);
        }
        if (op == null) {
            throw new Refused(name + " uses " + operator.opcode());
        }
        Node right = stack.pop();
        return op == Op.NEG ? node(op, right) : node(op, stack.pop(), right);
    }

    private Node invoke(Class<?> caller, InvokeInstruction invoke, Deque<Node> stack) {
        Class<?> named = named(caller, invoke.owner().asInternalName().replace('/', '.'));
        Signature signature = new Signature(invoke.name().stringValue(), invoke.type().stringValue());
        boolean isStatic = invoke.opcode() == Opcode.INVOKESTATIC;
        int count = invoke.typeSymbol().parameterCount() + (isStatic ? 0 : 1);
        List<Node> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arguments.add(stack.pop());
        }
        Collections.reverse(arguments);
        Op op = FUNCTIONS.get(new Function(named, signature));
        if (op != null) {
            return node(op, arguments.toArray(Node[]::new));
        }
        if (opaque != null && named == opaque) {
            return known(new Node.Call(named.getName(), signature.name(), List.copyOf(arguments)));
        }
        if (!isStatic && arguments.get(0) != THIS) {
            throw new Refused("it calls " + named.getName() + "." + signature.name() + " on another object");
        }
        return call(invoke.opcode(), caller, named, signature, arguments);
    }

    /** The class that a name means in the code of another: what that one's loader finds. */
    private static Class<?> named(Class<?> caller, String name) {
        try {
            return Class.forName(name, false, caller.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new Refused("it calls " + name + ", which is not there");
        }
    }

    private static boolean taken(String name, BranchInstruction branch, Deque<Node> stack) {
        if (branch.opcode() == Opcode.GOTO || branch.opcode() == Opcode.GOTO_W) {
            return true;
        }
        if ((branch.opcode() == Opcode.IFEQ || branch.opcode() == Opcode.IFNE)
                && stack.pop() instanceof IntConstant flag) {
            return flag.value() == 0 == (branch.opcode() == Opcode.IFEQ);
        }
        throw new Refused(name + BRANCHES);
    }

    /** The one node for this operation; what is known already is computed here, with the same arithmetic. */
    private Node node(Op op, Node... operands) {
        if (op == Op.MUL && operands[1].equals(FloatConstant.of(1))) {
            return operands[0];
        }
        if (op == Op.MUL && operands[0].equals(FloatConstant.of(1))) {
            return operands[1];
        }
        return known(new Node.Operation(op, List.of(operands)));
    }

    private Node known(Node node) {
        Node known = nodes.putIfAbsent(node, node);
        if (nodes.size() > MOST) {
            throw new Refused("it has more than " + MOST + " operations");
        }
        return known == null ? node : known;
    }
}
