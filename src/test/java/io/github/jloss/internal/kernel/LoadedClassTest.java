// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.spi.ElementFormula;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A formula whose class was loaded from other bytes than those of the class file that is found: what runs is the class
 * that is loaded. Where both are the same, SIMD serves formulas from wherever they are loaded.
 */
class LoadedClassTest extends FormulaTests {

    private static final String NAME = "users.Scaled";

    @TempDir
    private Path dir;

    /** A loader that defines the formula itself; what files it finds, its makers decide. */
    private static class Own extends ClassLoader {
        private final byte[] bytes;
        private final URL file;

        /** Finds a file, or, for null, what its parent finds. */
        Own(ClassLoader parent, byte[] bytes, URL file) {
            super(parent);
            this.bytes = bytes;
            this.file = file;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.equals(NAME)) {
                    return super.loadClass(name, resolve);
                }
                Class<?> known = findLoadedClass(name);
                return known != null ? known : defineClass(name, bytes, 0, bytes.length);
            }
        }

        @Override
        public URL getResource(String name) {
            return file != null && name.endsWith("Scaled.class") ? file : super.getResource(name);
        }
    }

    @Test
    void ofAFolder() throws Exception {
        Path folder = compile("one of users", "2 * (x - t)", "2");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, parent())) {
            runsOnTheBestLoops(formula(loader));
        }
    }

    @Test
    void ofAJar() throws Exception {
        Path jar = jar(compile("classes", "2 * (x - t)", "2"), "a jar.jar");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, parent())) {
            runsOnTheBestLoops(formula(loader));
        }
    }

    @Test
    void ofALoaderThatShowsWhatItDefined() throws Exception {
        Path folder = compile("classes", "2 * (x - t)", "2");
        runsOnTheBestLoops(formula(new Own(parent(), bytes(folder), file(folder))));
    }

    @Test
    void inMemoryOnly() throws Exception {
        Path folder = compile("classes", "2 * (x - t)", "2");
        ElementFormula formula = formula(new Own(parent(), bytes(folder), null));
        fallsBack(formula, "there is no class file of users.Scaled");
    }

    /** Its fields may not be read, but its accessors say what is in them. */
    @Test
    void ofAModuleThatIsNotOpen() throws Exception {
        runsOnTheBestLoops(ofAModule("c * (x - t)", "c"));
    }

    @Test
    void ofAModuleThatIsNotOpenWithAnAccessorThatIsOverridden() throws Exception {
        fallsBack(ofAModule("c * (x - t)", "c; } public float c() { return 2 * c"), "its package is not open");
    }

    private ElementFormula ofAModule(String value, String gradient) throws Exception {
        Path folder = Files.createDirectories(dir.resolve("module"));
        Files.writeString(folder.resolve("module-info.java"), "module users { exports users; }");
        compile("module", value, gradient, folder.resolve("module-info.java").toString(),
                "--add-reads", "users=ALL-UNNAMED");
        ModuleLayer boot = ModuleLayer.boot();
        var modules = boot.configuration().resolve(ModuleFinder.of(folder), ModuleFinder.of(), Set.of("users"));
        var layer = ModuleLayer.defineModulesWithOneLoader(modules, List.of(boot), parent());
        layer.addReads(layer.layer().findModule("users").orElseThrow(), parent().getUnnamedModule());
        return formula(layer.layer().findLoader("users"));
    }

    /** The parent has an older version, which is what is found when a file is asked for. */
    @Test
    void childBeforeParent() throws Exception {
        Path old = compile("old", "2 * (x - t)", "2");
        Path recent = compile("recent", "3 * (x - t)", "3");
        try (URLClassLoader parent = new URLClassLoader(new URL[] {old.toUri().toURL()}, parent());
                ChildFirst child = new ChildFirst(recent.toUri().toURL(), parent)) {
            assertEquals(6, formula(parent).value(3, 0, 1, 1));
            assertEquals(9, formula(child).value(3, 0, 1, 1));
            runsOnTheBestLoops(formula(parent));
            fallsBack(formula(child), "is not the one it was loaded from");
        }
    }

    private static final class ChildFirst extends URLClassLoader {
        ChildFirst(URL url, ClassLoader parent) {
            super(new URL[] {url}, parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                return !name.equals(NAME) ? super.loadClass(name, resolve)
                        : findLoadedClass(name) != null ? findLoadedClass(name) : findClass(name);
            }
        }
    }

    /** As after a debugger or an agent replaced the class, or a compiler the file: only what it computes differs. */
    @Test
    void otherValue() throws Exception {
        Path file = compile("file", "2 * (x - t)", "2");
        Path loaded = compile("loaded", "3 * (x - t)", "2");
        fallsBack(formula(new Own(parent(), bytes(loaded), file(file))), "its class file is not that");
    }

    @Test
    void otherGradient() throws Exception {
        Path file = compile("file", "2 * (x - t)", "2");
        Path loaded = compile("loaded", "2 * (x - t)", "Scalar.ifLess(x, 100, 2, 3)");
        fallsBack(formula(new Own(parent(), bytes(loaded), file(file))), "its class file is not that");
    }

    /** With the parameter that the formula has, both are the same. */
    @Test
    void otherValueForOtherParameters() throws Exception {
        Path file = compile("file", "c * (x - t)", "c");
        Path loaded = compile("loaded", "c * c * (x - t)", "c * c");
        ElementFormula formula = formula(new Own(parent(), bytes(loaded), file(file)));
        assertEquals(4, formula.value(5, 1, 1, 1), "c is 1");
        fallsBack(formula, "its class file is not that");
    }

    @Test
    void otherConstants() throws Exception {
        Path file = compile("file", "Scalar.ifLess(x, 3, x, t)", "1");
        Path loaded = compile("loaded", "Scalar.ifLess(x, 4, x, t)", "1");
        fallsBack(formula(new Own(parent(), bytes(loaded), file(file))), "its class file is not that");
    }

    @Test
    void otherMembers() throws Exception {
        Path file = compile("file", "2 * (x - t)", "2");
        Path loaded = compile("loaded", "2 * (x - t)", "2; } static float other() { return 1");
        fallsBack(formula(new Own(parent(), bytes(loaded), file(file))), "it declares other things");
    }

    @Test
    void fileThatIsNoClass() throws Exception {
        Path folder = compile("classes", "2 * (x - t)", "2");
        Path text = Files.createDirectories(dir.resolve("text")).resolve("Scaled.class");
        Files.writeString(text, "not a class");
        fallsBack(formula(new Own(parent(), bytes(folder), text.toUri().toURL())), "");
    }

    @Test
    void loadedCodeThatThrows() throws Exception {
        String fail = "2; } static float fail() { throw new AssertionError()";
        Path file = compile("file", "2 * (x - t)", fail);
        Path loaded = compile("loaded", "x == Float.POSITIVE_INFINITY ? fail() : 2 * (x - t)", fail);
        fallsBack(formula(new Own(parent(), bytes(loaded), file(file))), "AssertionError");
    }

    /** What the kernels of a class keep goes with the class. */
    @Test
    void nothingIsKeptOfALoader() throws Exception {
        WeakReference<ClassLoader> loader = used(compile("classes", "c * (x - t)", "c"));
        for (int i = 0; i < 50 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertNull(loader.get());
    }

    private static WeakReference<ClassLoader> used(Path folder) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, parent())) {
            ElementFormula formula = formula(loader);
            for (Mode mode : Mode.values()) {
                Kernels.BEST.of(formula, mode);
                Kernels.BEST.inNativeMemory(formula, mode);
                Kernels.SCALAR.of(formula, mode);
            }
            return new WeakReference<>(loader);
        }
    }

    private void runsOnTheBestLoops(ElementFormula formula) {
        requireRight(formula);
        requireBest(formula);
        assertEquals(List.of(), warnings);
    }

    private static ClassLoader parent() {
        return LoadedClassTest.class.getClassLoader();
    }

    private static ElementFormula formula(ClassLoader loader) throws ReflectiveOperationException {
        var constructor = loader.loadClass(NAME).getDeclaredConstructor(float.class);
        constructor.setAccessible(true);
        return (ElementFormula) constructor.newInstance(1f);
    }

    private static URL file(Path folder) throws IOException {
        return folder.resolve("users/Scaled.class").toUri().toURL();
    }

    private static byte[] bytes(Path folder) throws IOException {
        return Files.readAllBytes(folder.resolve("users/Scaled.class"));
    }

    /** Compiles a formula with one component, c, into a folder. */
    private Path compile(String name, String value, String gradient, String... more) throws IOException {
        Path folder = Files.createDirectories(dir.resolve(name));
        Path source = folder.resolve("Scaled.java");
        Files.writeString(source, """
                package users;
                import io.github.jloss.spi.*;
                public record Scaled(float c) implements PointwiseFormula {
                    public float value(float x, float t) { return %s; }
                    public float gradient(float x, float t) { return %s; }
                }
                """.formatted(value, gradient));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "this is no JDK");
        List<String> options = new ArrayList<>(List.of("-proc:none", "-d", folder.toString(), "-cp",
                System.getProperty("java.class.path"), source.toString()));
        options.addAll(List.of(more));
        assertEquals(0, compiler.run(null, null, null, options.toArray(String[]::new)));
        return folder;
    }

    private Path jar(Path folder, String name) throws IOException {
        Path jar = dir.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("users/Scaled.class"));
            out.write(bytes(folder));
        }
        return jar;
    }
}
