package io.github.jloss.internal.formula;

import io.github.jloss.internal.formula.Lifter.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;

/** The class files of classes that are loaded. */
public final class ClassFiles {

    private ClassFiles() {}

    /**
     * The class file of a class, read.
     *
     * @param type a class
     * @return what its file says
     * @throws Refused if there is none
     */
    public static ClassModel parse(Class<?> type) {
        String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
        try (InputStream in = type.getResourceAsStream(file)) {
            if (in == null) {
                throw new Refused("there is no class file of " + type.getName() + " to read");
            }
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new Refused("the class file of " + type.getName() + " cannot be read: " + e);
        }
    }
}
