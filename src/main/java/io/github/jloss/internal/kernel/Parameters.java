// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The components of a formula record, or the fields of a {@link MutableFormula}: its floats are the parameters of the
 * translated code, its booleans decide which code that is.
 */
public final class Parameters {

    /** Most float components of a formula. */
    public static final int MOST = 6;

    private final List<String> floatNames = new ArrayList<>();
    private final List<String> booleanNames = new ArrayList<>();
    private final MethodHandle[] floats;
    private final MethodHandle[] booleans;

    /**
     * Looks the components up.
     *
     * @param type a record class or a mutable formula
     * @throws IllegalArgumentException if it is neither, or has components of other types
     */
    public Parameters(Class<? extends ElementFormula> type) {
        List<MethodHandle> floatGetters = new ArrayList<>();
        List<MethodHandle> booleanGetters = new ArrayList<>();
        for (Component c : components(type)) {
            boolean isFloat = c.type == float.class;
            if (!isFloat && c.type != boolean.class) {
                throw new IllegalArgumentException("component " + c.name + " is neither float nor boolean");
            }
            (isFloat ? floatNames : booleanNames).add(c.name);
            (isFloat ? floatGetters : booleanGetters).add(c.getter());
        }
        if (floatNames.size() > MOST) {
            throw new IllegalArgumentException("it has more than " + MOST + " float components");
        }
        floats = floatGetters.toArray(MethodHandle[]::new);
        booleans = booleanGetters.toArray(MethodHandle[]::new);
    }

    private static List<Component> components(Class<?> type) {
        if (type.isRecord()) {
            return Arrays.stream(type.getRecordComponents()).map(Component::of).toList();
        }
        if (!MutableFormula.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException("it is not a record");
        }
        List<Component> fields = new ArrayList<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            Arrays.stream(c.getDeclaredFields()).filter(f -> !Modifier.isStatic(f.getModifiers())).map(Component::of)
                    .forEach(fields::add);
        }
        return fields;
    }

    /** A component of a record, or a field. */
    private record Component(String name, Class<?> type, AccessibleObject member) {

        static Component of(RecordComponent component) {
            return new Component(component.getName(), component.getType(), component.getAccessor());
        }

        static Component of(Field field) {
            return new Component(field.getName(), field.getType(), field);
        }

        MethodHandle getter() {
            try {
                member.setAccessible(true);
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                MethodHandle getter = member instanceof Field field ? lookup.unreflectGetter(field)
                        : lookup.unreflect((Method) member);
                return getter.asType(MethodType.methodType(type, ElementFormula.class));
            } catch (IllegalAccessException | RuntimeException e) {
                throw new IllegalArgumentException("component " + name + " cannot be read: " + e, e);
            }
        }
    }

    /**
     * The position of a float component among the float components.
     *
     * @param name its name
     * @return 0 for the first, -1 if there is none of that name
     */
    public int indexOf(String name) {
        return floatNames.indexOf(name);
    }

    /**
     * Reads the float components. One handle for all of them: in a static final field it costs what the loads cost.
     *
     * @return a handle of type {@code (float[], ElementFormula)void} that puts them into the array in order
     */
    public MethodHandle reader() {
        MethodHandle reader = MethodHandles.empty(MethodType.methodType(void.class, float[].class,
                ElementFormula.class));
        for (int i = 0; i < floats.length; i++) {
            MethodHandle store = MethodHandles.insertArguments(
                    MethodHandles.arrayElementSetter(float[].class), 1, i);
            reader = MethodHandles.foldArguments(reader, MethodHandles.filterArguments(store, 1, floats[i]));
        }
        return reader;
    }

    /**
     * The boolean components as bits, the first one lowest.
     *
     * @param formula whose components
     * @return the bits
     */
    public int variant(ElementFormula formula) {
        int bits = 0;
        try {
            for (int i = 0; i < booleans.length; i++) {
                bits |= (boolean) booleans[i].invokeExact(formula) ? 1 << i : 0;
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return bits;
    }

    /** How many different {@link #variant} there are. */
    int variants() {
        return 1 << booleans.length;
    }

    /**
     * A boolean component of a variant.
     *
     * @param name its name
     * @param variant the booleans as bits
     * @return its value
     */
    public boolean flag(String name, int variant) {
        return (variant >> booleanNames.indexOf(name) & 1) != 0;
    }
}
