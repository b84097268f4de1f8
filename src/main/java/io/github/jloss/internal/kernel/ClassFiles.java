// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The class files of classes that are loaded. The JVM does not show what it loaded; what can be told is whether a file
 * belongs to a class, and whether it declares the same things. Whether it computes the same is for {@link Probe}.
 */
public final class ClassFiles {

    private ClassFiles() {}

    /**
     * Whether a class came with this one, so that there is no doubt about its file.
     *
     * @param type a class
     * @return whether it is the library's
     */
    static boolean isOurs(Class<?> type) {
        return type.getProtectionDomain() == ClassFiles.class.getProtectionDomain()
                && type.getPackageName().startsWith("io.github.jloss")
                && type.getClassLoader() == ClassFiles.class.getClassLoader();
    }

    /**
     * The class file of a class, read.
     *
     * @param type a class
     * @return what its file says
     * @throws IllegalArgumentException if there is none, or it is another class's
     */
    public static ClassModel parse(Class<?> type) {
        ClassModel model = ClassFile.of().parse(bytes(type));
        if (!isOurs(type) && !declares(model, type)) {
            throw new IllegalArgumentException("the class file of " + type.getName() + " is not of the class that is "
                    + "loaded: it declares other things");
        }
        return model;
    }

    /**
     * The class file of a class.
     *
     * @param type a class
     * @return its bytes
     * @throws IllegalArgumentException if there is none, or it is another class's
     */
    static byte[] bytes(Class<?> type) {
        URL file = type.isHidden() ? null
                : type.getResource(type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class");
        if (file == null) {
            throw new IllegalArgumentException("there is no class file of " + type.getName() + " to read");
        }
        if (!isFileOf(type, file)) {
            throw new IllegalArgumentException("the class file of " + type.getName() + " that its loader finds, "
                    + file + ", is not the one it was loaded from");
        }
        try {
            URLConnection connection = file.openConnection();
            // Caches show the jar that was there when it was first opened, and keep it open.
            connection.setUseCaches(false);
            try (InputStream in = connection.getInputStream()) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the class file of " + type.getName() + " cannot be read: " + e, e);
        }
    }

    /**
     * Whether a file that a class's loader finds is that class's own. Many loaders that define classes of their own
     * still ask their parent first when they look for a file.
     */
    private static boolean isFileOf(Class<?> type, URL file) {
        // Modules look into themselves; the boot loader has no parent.
        if (type.getModule().isNamed() || type.getClassLoader() == null) {
            return true;
        }
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source != null && source.getLocation() != null && plain(file).startsWith(plain(source.getLocation()))) {
            return true;
        }
        ClassLoader parent = type.getClassLoader().getParent();
        URL ofParent = parent == null ? null : parent.getResource(type.getName().replace('.', '/') + ".class");
        return ofParent == null || !plain(ofParent).equals(plain(file));
    }

    /** The same text for all ways to write where a file is. */
    private static String plain(URL url) {
        String text = url.toExternalForm();
        try {
            text = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Not encoded, then.
        }
        return text.replaceFirst("^(jar:)+", "").replaceFirst("^file:/+", "file:/");
    }

    /** Whether class file and class have the same ancestors, fields and methods; compilers and tools may add theirs. */
    private static boolean declares(ClassModel file, Class<?> type) {
        List<String> ancestors = Stream.concat(file.superclass().stream(), file.interfaces().stream())
                .map(ClassEntry::asInternalName).toList();
        Class<?> superClass = type.isInterface() ? Object.class : type.getSuperclass();
        List<String> loaded = Stream.concat(Stream.of(superClass), Arrays.stream(type.getInterfaces()))
                .filter(Objects::nonNull).map(c -> c.getName().replace('.', '/')).toList();
        Set<String> members = new HashSet<>();
        Arrays.stream(type.getDeclaredFields()).filter(f -> !f.isSynthetic()).forEach(f ->
                members.add(f.getModifiers() + f.getName() + f.getType().descriptorString()));
        Arrays.stream(type.getDeclaredMethods()).filter(m -> !m.isSynthetic()).forEach(m ->
                members.add(m.getModifiers() + m.getName() + descriptor(m)));
        Set<String> written = new HashSet<>();
        file.fields().stream().filter(f -> !f.flags().has(AccessFlag.SYNTHETIC)).forEach(f ->
                written.add(f.flags().flagsMask() + f.fieldName().stringValue() + f.fieldType().stringValue()));
        file.methods().stream()
                .filter(m -> !m.flags().has(AccessFlag.SYNTHETIC) && !m.methodName().stringValue().startsWith("<"))
                .forEach(m -> written.add(m.flags().flagsMask() + m.methodName().stringValue()
                        + m.methodType().stringValue()));
        return ancestors.equals(loaded) && members.equals(written);
    }

    private static String descriptor(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes()).descriptorString();
    }
}
