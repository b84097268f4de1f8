package io.github.jloss.internal;

import io.github.jloss.spi.ElementFormula;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * The components of a formula record: its floats are the parameters of the translated code, its booleans decide which
 * code that is.
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
     * @param type a record class
     * @throws IllegalArgumentException if it is no record, or has components of other types
     */
    public Parameters(Class<? extends ElementFormula> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException("it is not a record");
        }
        List<MethodHandle> floatGetters = new ArrayList<>();
        List<MethodHandle> booleanGetters = new ArrayList<>();
        for (RecordComponent c : type.getRecordComponents()) {
            boolean isFloat = c.getType() == float.class;
            if (!isFloat && c.getType() != boolean.class) {
                throw new IllegalArgumentException("component " + c.getName() + " is neither float nor boolean");
            }
            (isFloat ? floatNames : booleanNames).add(c.getName());
            (isFloat ? floatGetters : booleanGetters).add(getter(c));
        }
        if (floatNames.size() > MOST) {
            throw new IllegalArgumentException("it has more than " + MOST + " float components");
        }
        floats = floatGetters.toArray(MethodHandle[]::new);
        booleans = booleanGetters.toArray(MethodHandle[]::new);
    }

    private static MethodHandle getter(RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return MethodHandles.lookup().unreflect(component.getAccessor())
                    .asType(MethodType.methodType(component.getType(), ElementFormula.class));
        } catch (IllegalAccessException | RuntimeException e) {
            throw new IllegalArgumentException("component " + component.getName() + " cannot be read: " + e, e);
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
     * Reads the float components.
     *
     * @param formula the record
     * @param into receives them in order
     */
    public void read(ElementFormula formula, float[] into) {
        try {
            for (int i = 0; i < floats.length; i++) {
                into[i] = (float) floats[i].invokeExact(formula);
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The boolean components as bits, the first one lowest. */
    int variant(ElementFormula formula) {
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
