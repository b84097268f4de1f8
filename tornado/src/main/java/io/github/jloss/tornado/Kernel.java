package io.github.jloss.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A kernel: what it is known by, and the method that TornadoVM compiles. Equal names mean equal kernels.
 *
 * @param name says what it does, for error messages, too
 * @param task of arguments context, device memory, ints, floats, results
 */
record Kernel(String name, Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task) {

    /**
     * A kernel of the library's own.
     *
     * @param name what it is known by
     * @param template has {@code static Task5<..> task()}, which gives the kernel
     * @return the kernel, over copies of the classes it uses
     */
    static Kernel of(String name, Class<?> template) {
        return of(name, template, new KernelLoader(template.getClassLoader()));
    }

    /** The same with classes that the loader makes. */
    @SuppressWarnings("unchecked")
    static Kernel of(String name, Class<?> template, KernelLoader loader) {
        try {
            return new Kernel(name, (Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray>)
                    loader.loadClass(template.getName()).getMethod("task").invoke(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Kernel kernel && name.equals(kernel.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
