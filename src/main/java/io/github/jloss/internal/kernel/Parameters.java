// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The components of a formula record, or the fields of a {@link MutableFormula}: its floats are the parameters of the
 * translated code, its booleans decide which code that is. It is the fields that are read: an accessor may say
 * something else.
 */
public final class Parameters {

    /** Most float components of a formula. */
    public static final int MOST = 6;

    /** Most boolean components: each doubles the number of loops that there may be. */
    private static final int MOST_BOOLEANS = 8;

    /** Of some of the library's own formulas, see {@link HardTargets}. */
    private static final String HARD_TARGETS = "hardTargets";

    private final List<String> floatNames = new ArrayList<>();
    private final List<String> booleanNames = new ArrayList<>();
    private final List<String> behindAccessors = new ArrayList<>();
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
        for (Field field : fields(type)) {
            String name = field.getName();
            boolean isFloat = field.getType() == float.class;
            if (!isFloat && field.getType() != boolean.class) {
                throw new IllegalArgumentException("component " + name + " is neither float nor boolean");
            }
            if (floatNames.contains(name) || booleanNames.contains(name)) {
                throw new IllegalArgumentException("two of its fields are called " + name);
            }
            (isFloat ? floatNames : booleanNames).add(name);
            (isFloat ? floatGetters : booleanGetters).add(getter(field));
        }
        if (floatNames.size() > MOST) {
            throw new IllegalArgumentException("it has more than " + MOST + " float components");
        }
        if (booleanNames.size() > MOST_BOOLEANS) {
            throw new IllegalArgumentException("it has more than " + MOST_BOOLEANS + " boolean components");
        }
        floats = floatGetters.toArray(MethodHandle[]::new);
        booleans = booleanGetters.toArray(MethodHandle[]::new);
    }

    private static List<Field> fields(Class<?> type) {
        if (!type.isRecord() && !MutableFormula.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException("it is not a record");
        }
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            Arrays.stream(c.getDeclaredFields()).filter(f -> !Modifier.isStatic(f.getModifiers())).forEach(fields::add);
        }
        return fields;
    }

    /** A formula as it is now. Whoever owns a mutable one goes on to change it. */
    static ElementFormula frozen(ElementFormula formula) {
        if (!(formula instanceof MutableFormula)) {
            return formula;
        }
        Class<? extends ElementFormula> type = formula.getClass();
        try {
            Constructor<? extends ElementFormula> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            ElementFormula copy = constructor.newInstance();
            for (Field field : fields(type)) {
                field.setAccessible(true);
                field.set(copy, field.get(formula));
            }
            return copy;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private MethodHandle getter(Field field) {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodHandle getter;
        try {
            if (field.trySetAccessible()) {
                getter = lookup.unreflectGetter(field);
            } else {
                // A record of a module that exports it, but does not open it.
                getter = lookup.unreflect(field.getDeclaringClass().getMethod(field.getName()));
                behindAccessors.add(field.getName());
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("component " + field.getName() + " cannot be read: " + e, e);
        }
        return getter.asType(MethodType.methodType(field.getType(), ElementFormula.class));
    }

    /**
     * Components whose fields may not be read, but only what their accessors say: whoever relies on that must know that
     * they say what is in the fields.
     *
     * @return their names
     */
    public List<String> behindAccessors() {
        return List.copyOf(behindAccessors);
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
     * The float components.
     *
     * @param formula whose components
     * @return their values in order
     */
    float[] floats(ElementFormula formula) {
        float[] values = new float[floats.length];
        try {
            for (int i = 0; i < floats.length; i++) {
                values[i] = (float) floats[i].invokeExact(formula);
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return values;
    }

    /**
     * A formula of the same class and the same boolean components whose float components are any others.
     *
     * @param formula a record
     * @param random draws the components
     * @return another record, or null if there is none, or its constructor does not like them
     */
    ElementFormula relative(ElementFormula formula, RandomGenerator random) {
        RecordComponent[] components = formula.getClass().getRecordComponents();
        if (components == null || floats.length == 0) {
            return null;
        }
        int variant = variant(formula);
        Object[] values = Arrays.stream(components).<Object>map(c -> c.getType() == boolean.class
                ? flag(c.getName(), variant) : (float) random.nextGaussian(0.5, 1)).toArray();
        try {
            Constructor<? extends ElementFormula> constructor = formula.getClass().getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            if (!constructor.trySetAccessible()) {
                return null;
            }
            ElementFormula relative = constructor.newInstance(values);
            return variant(relative) == variant ? relative : null;
        } catch (ReflectiveOperationException e) {
            return null;
        }
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

    /** The bit of {@link #variant} for targets that are all 0 or 1; 0 for formulas that do not care. */
    int hardTargets() {
        int index = booleanNames.indexOf(HARD_TARGETS);
        return index < 0 ? 0 : 1 << index;
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
