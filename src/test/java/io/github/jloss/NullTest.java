// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Null in the place of any one argument of any public method is taken for what it is documented to mean, or refused in
 * the library's words: never a NullPointerException of the JVM's, which names a variable at best.
 */
class NullTest {

    @ParameterizedTest
    @MethodSource("io.github.jloss.Calls#all")
    void methodsOfLosses(Calls.Call call) {
        List<String> wrong = new ArrayList<>();
        int tried = 0;
        for (Method method : call.criterion().getClass().getMethods()) {
            if (method.getDeclaringClass() != Object.class && !method.isBridge() && !method.getName().equals("equals")
                    && !Modifier.isStatic(method.getModifiers())) {
                tried += tryAll(method, call.criterion(), arguments(method, call), wrong);
            }
        }
        assertTrue(tried >= 20, "only " + tried);
        assertEquals(List.of(), wrong);
    }

    static Stream<Class<?>> classes() {
        Stream<Class<?>> others = Stream.of(Tensor.class, Labels.class, Batch.class, Totals.class, Backend.class,
                CombinedLoss.class, MultiTaskLoss.class, Distance.class, Backward.class);
        return Stream.concat(others, Calls.all().stream().map(c -> c.criterion().getClass())).distinct();
    }

    /** Constructors and static methods. */
    @ParameterizedTest
    @MethodSource("classes")
    void makers(Class<?> type) {
        Calls.Call call = Calls.all().getFirst();
        List<String> wrong = new ArrayList<>();
        for (Executable maker : type.getConstructors()) tryAll(maker, null, arguments(maker, call), wrong);
        for (Method maker : type.getMethods()) {
            if (Modifier.isStatic(maker.getModifiers())) tryAll(maker, null, arguments(maker, call), wrong);
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void methodsOfTheRest() {
        Calls.Call call = Calls.all().getFirst();
        MultiTaskLoss heads = MultiTaskLoss.of("a", 1, call.criterion());
        Totals totals = heads.totals(call.batch());
        List<String> wrong = new ArrayList<>();
        for (Object object : List.of(heads, totals, call.batch(), call.batch().input(0), Labels.of(1), Backward.ADD)) {
            for (Method method : object.getClass().getMethods()) {
                if (method.getDeclaringClass() != Object.class && !method.getName().equals("equals")
                        && !Modifier.isStatic(method.getModifiers())) {
                    Object[] arguments = arguments(method, call);
                    for (int i = 0; i < arguments.length; i++) {
                        if (arguments[i] instanceof Totals) arguments[i] = totals;
                    }
                    tryAll(method, object, arguments, wrong);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static int tryAll(Executable what, Object object, Object[] arguments, List<String> wrong) {
        int tried = 0;
        for (int i = 0; i < arguments.length; i++) {
            if (!what.getParameterTypes()[i].isPrimitive()) {
                Object[] withNull = arguments.clone();
                withNull[i] = null;
                tried++;
                Throwable thrown = call(what, object, withNull);
                if (thrown != null && !isInWords(thrown)) wrong.add(what + ", argument " + i + ": " + thrown);
            }
        }
        return tried;
    }

    private static Throwable call(Executable what, Object object, Object[] arguments) {
        try {
            if (what instanceof Method method) {
                method.invoke(object, arguments);
            } else {
                ((Constructor<?>) what).newInstance(arguments);
            }
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** A reduction of NONE, or one number by nature, is an IllegalStateException whatever the arguments. */
    private static boolean isInWords(Throwable thrown) {
        String message = thrown.getMessage();
        return message != null && !message.contains("because \"")
                && (thrown instanceof NullPointerException || thrown instanceof IllegalArgumentException
                        || thrown instanceof IllegalStateException || thrown instanceof BackendException
                        || thrown instanceof IndexOutOfBoundsException);
    }

    /** Arguments that fit, taken from a call in the order in which methods have them. */
    private static Object[] arguments(Executable what, Calls.Call call) {
        Batch batch = call.batch();
        List<Tensor> tensors = new ArrayList<>(batch.inputs());
        boolean aboutLosses = what.getName().equals("losses") || what.getName().equals("forward");
        List<Tensor> rest = aboutLosses ? List.of(losses(call)) : batch.gradients();
        if (what instanceof Method && Arrays.asList(what.getParameterTypes()).contains(Backward.class)
                && !Arrays.asList(what.getParameterTypes()).contains(Totals.class)
                && what.getName().equals("backward")) {
            tensors.add(losses(call));
        }
        tensors.addAll(rest);
        Class<?>[] types = what.getParameterTypes();
        Object[] arguments = new Object[types.length];
        int next = 0;
        for (int i = 0; i < types.length; i++) {
            arguments[i] = types[i] == Tensor.class ? tensors.get(Math.min(next++, tensors.size() - 1))
                    : argument(types[i], call);
        }
        return arguments;
    }

    private static Tensor losses(Calls.Call call) {
        try {
            return Tensor.zeros(call.criterion().lossesShape(call.batch()));
        } catch (IllegalStateException e) {
            return Tensor.zeros(1);
        }
    }

    private static Object argument(Class<?> type, Calls.Call call) {
        Batch batch = call.batch();
        if (type == Target.class || type == Labels.class) {
            return type.isInstance(batch.target()) ? batch.target() : null;
        }
        if (type == long[].class) return new long[] {6};
        if (type.isArray() && type.componentType().isPrimitive()) return Array.newInstance(type.componentType(), 6);
        if (type.isEnum()) return type.getEnumConstants()[type.getEnumConstants().length - 1];
        if (type == double.class || type == Double.class) return 0.5;
        if (type == float.class) return 0.5f;
        if (type == long.class) return 0L;
        if (type == int.class) return 1;
        if (type == boolean.class) return false;
        List<Object> known = List.of(batch, new Batch[] {batch}, Backward.OVERWRITE, Backend.cpu(),
                call.criterion().totals(batch), new MSELoss(), List.of(), "a", Distance.euclidean(),
                FloatBuffer.allocate(6), IntBuffer.allocate(6), MemorySegment.ofArray(new float[6]),
                ValueLayout.JAVA_INT, (Executor) Runnable::run, (DoubleUnaryOperator) y -> y, Boolean.FALSE);
        return known.stream().filter(type::isInstance).findFirst().orElse(type == Buffer.class
                ? IntBuffer.allocate(6) : null);
    }
}
