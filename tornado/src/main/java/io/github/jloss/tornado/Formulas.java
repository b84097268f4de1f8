package io.github.jloss.tornado;

import io.github.jloss.internal.Parameters;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.tornado.kernels.Pointwise;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The kernels of the formulas of one class: {@link Pointwise} with that class in the place of its formula slot. The
 * components of the record are options, so that formulas of the same class share a kernel.
 */
final class Formulas {

    private static final String SLOT = "io.github.jloss.tornado.kernels.FormulaSlot";

    private final Class<? extends ElementFormula> type;
    private final Parameters parameters;
    private final MethodHandle floats;
    private final Kernel pointwise;

    Formulas(Class<? extends ElementFormula> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException("formula: found " + type.getName()
                    + ", expected a record: a device gets its options from its components");
        }
        this.type = type;
        parameters = new Parameters(type);
        floats = parameters.reader();
        pointwise = new Kernel("pointwise " + type.getName(), instantiate(Pointwise.class));
    }

    /** The kernel of these formulas. */
    Kernel pointwise() {
        return pointwise;
    }

    /** Puts a formula's components into the options, in order. */
    void options(ElementFormula formula, Call call, int first) {
        float[] values = new float[Parameters.MOST];
        try {
            floats.invoke(values, formula);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        int variant = parameters.variant(formula);
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            call.option(first + i, components[i].getType() == float.class ? values[parameters.indexOf(name)]
                    : parameters.flag(name, variant) ? 1 : 0);
        }
    }

    @SuppressWarnings("unchecked")
    private Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> instantiate(Class<?> template) {
        KernelLoader loader = new KernelLoader(type.getClassLoader());
        loader.add(SLOT, slot());
        try {
            return (Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray>)
                    loader.loadClass(template.getName()).getMethod("task").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code static ElementFormula formula(FloatArray options) { return new Type(options.get(1), ..); }} */
    private byte[] slot() {
        ClassDesc formula = ClassDesc.of(type.getName());
        MethodTypeDesc constructor = MethodTypeDesc.of(ConstantDescs.CD_void, Arrays.stream(type.getRecordComponents())
                .map(c -> c.getType() == float.class ? ConstantDescs.CD_float : ConstantDescs.CD_boolean).toList());
        return ClassFile.of().build(ClassDesc.of(SLOT), type -> type.withMethodBody("formula",
                MethodTypeDesc.of(described(ElementFormula.class), described(FloatArray.class)),
                ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, code -> {
                    code.new_(formula).dup();
                    for (int i = 0; i < constructor.parameterCount(); i++) {
                        option(code, Pointwise.SCALE + 1 + i);
                        if (constructor.parameterType(i).equals(ConstantDescs.CD_boolean)) code.f2i();
                    }
                    code.invokespecial(formula, ConstantDescs.INIT_NAME, constructor).areturn();
                }));
    }

    private static void option(CodeBuilder code, int index) {
        code.aload(0).loadConstant(index).invokevirtual(described(FloatArray.class), "get",
                MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int));
    }

    private static ClassDesc described(Class<?> type) {
        return ClassDesc.of(type.getName());
    }
}
