// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.MethodModel;
import java.lang.reflect.AccessFlag;
import java.util.HashMap;
import java.util.Map;

/**
 * The classes that a kernel is compiled from: the library's own, the same bytes, but that others stand in for some of
 * them, and that everything is public, as TornadoVM compiles methods of several classes into one.
 */
final class KernelLoader extends ClassLoader {

    private final Map<String, String> standIns;

    private final ClassLoader source;
    private final Map<String, byte[]> made = new HashMap<>();

    /**
     * A loader of copies.
     *
     * @param source sees the classes to copy
     * @param standIns the names of classes, and of those that stand in for them
     */
    KernelLoader(ClassLoader source, Map<String, String> standIns) {
        super(source);
        this.standIns = standIns;
        this.source = source;
    }

    /**
     * Defines a class that no source has.
     *
     * @param name its name
     * @param bytes its class file
     */
    void add(String name, byte[] bytes) {
        made.put(name, bytes);
    }

    /**
     * The class file of a class, for {@link #renamed}.
     *
     * @param name its name
     * @return its bytes
     */
    byte[] bytes(String name) {
        return bytes(source, name);
    }

    /** The class file of a class that a loader sees. */
    static byte[] bytes(ClassLoader source, String name) {
        try (InputStream in = source.getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) throw new BackendFailure("the class file of " + name + " is not to be found");
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("uk.ac.manchester.tornado.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) return known;
            byte[] bytes = opened(made.containsKey(name) ? made.get(name)
                    : standIns.containsKey(name) ? renamed(bytes(standIns.get(name)), standIns.get(name), name)
                    : bytes(name));
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    /** The same class with everything in it public. */
    private static byte[] opened(byte[] bytes) {
        ClassFile files = ClassFile.of();
        return files.transformClass(files.parse(bytes), KernelLoader::open);
    }

    private static void open(ClassBuilder builder, ClassElement element) {
        switch (element) {
            case java.lang.classfile.AccessFlags flags -> builder.withFlags(opened(flags));
            case MethodModel method -> builder.transformMethod(method, (b, e) -> {
                if (e instanceof java.lang.classfile.AccessFlags flags) {
                    b.withFlags(opened(flags));
                } else {
                    b.with(e);
                }
            });
            default -> builder.with(element);
        }
    }

    private static int opened(java.lang.classfile.AccessFlags flags) {
        int closed = AccessFlag.PRIVATE.mask() | AccessFlag.PROTECTED.mask();
        return flags.flagsMask() & ~closed | AccessFlag.PUBLIC.mask();
    }

    /**
     * The same class file with a class of another name in it: names are nowhere but in the constants of kind Utf8 (JVM
     * specification, 4.4.7).
     *
     * @param bytes a class file
     * @param from the name of a class, with dots
     * @param to the name to stand in its place
     * @return another class file
     */
    static byte[] renamed(byte[] bytes, String from, String to) {
        ByteArrayOutputStream renamed = new ByteArrayOutputStream();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
                DataOutputStream out = new DataOutputStream(renamed)) {
            out.writeLong(in.readLong()); // magic number and version
            int constants = in.readUnsignedShort();
            out.writeShort(constants);
            for (int i = 1; i < constants; i++) {
                int tag = in.readUnsignedByte();
                out.writeByte(tag);
                if (tag == ClassFileTag.UTF8) {
                    out.writeUTF(in.readUTF().replace(from.replace('.', '/'), to.replace('.', '/')));
                } else {
                    out.write(in.readNBytes(ClassFileTag.length(tag)));
                    if (ClassFileTag.isWide(tag)) i++;
                }
            }
            in.transferTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return renamed.toByteArray();
    }

    /** The kinds of constants of a class file (JVM specification, table 4.4-A). */
    private static final class ClassFileTag {
        static final int UTF8 = 1;

        static boolean isWide(int tag) {
            return tag == 5 || tag == 6; // long and double count twice
        }

        static int length(int tag) {
            return switch (tag) {
                case 7, 8, 16, 19, 20 -> 2; // one index
                case 15 -> 3;
                case 5, 6 -> 8;
                default -> 4;
            };
        }
    }
}
