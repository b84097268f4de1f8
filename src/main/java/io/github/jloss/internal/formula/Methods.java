// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.formula;

import static java.lang.invoke.MethodType.methodType;

import io.github.jloss.internal.formula.Lifter.Refused;
import io.github.jloss.internal.kernel.ClassFiles;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.reflect.AccessFlag;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which method a call runs: what the JVM's specification says of resolution (5.4.3.3, 5.4.3.4), of selection (5.4.6)
 * and of {@code invokespecial}, so that the methods that are read are those that Java would run. Where the JVM would
 * throw, the formula is refused.
 */
final class Methods {

    /**
     * What is called: a name and a descriptor.
     *
     * @param name of the method
     * @param descriptor its parameters and its result
     */
    record Signature(String name, String descriptor) {}

    /**
     * A method.
     *
     * @param owner the class or interface that declares it
     * @param model what its class file says of it
     */
    record Found(Class<?> owner, MethodModel model) {

        boolean is(AccessFlag flag) {
            return model.flags().has(flag);
        }
    }

    /** Every object has these: a class has them before its interfaces do. Not one is of use to a formula. */
    private static final Set<Signature> OF_OBJECTS = Arrays.stream(Object.class.getDeclaredMethods())
            .map(m -> new Signature(m.getName(), methodType(m.getReturnType(), m.getParameterTypes())
                    .descriptorString()))
            .collect(Collectors.toSet());

    private final Map<Class<?>, ClassModel> models = new HashMap<>();

    /**
     * The method that a call runs.
     *
     * @param opcode how it is called
     * @param caller the class whose code contains the call
     * @param named the class or interface that the call names
     * @param signature what is called
     * @param receiver the class of the object it is called on; static calls have none
     * @return a method with code
     * @throws Refused if it cannot be told, or is none whose code may be read
     */
    Found select(Opcode opcode, Class<?> caller, Class<?> named, Signature signature, Class<?> receiver) {
        if (OF_OBJECTS.contains(signature)) {
            throw new Refused("it calls " + signature.name + ", which is a method of Object");
        }
        Found resolved = resolve(named, signature);
        if (resolved == null || resolved.is(AccessFlag.STATIC) != (opcode == Opcode.INVOKESTATIC)
                || resolved.is(AccessFlag.PRIVATE) && !caller.isNestmateOf(resolved.owner)) {
            throw unreadable(named, signature);
        }
        Found selected = switch (opcode) {
            case INVOKESTATIC -> resolved;
            case INVOKESPECIAL -> special(caller, named, signature);
            default -> resolved.is(AccessFlag.PRIVATE) ? resolved : virtual(receiver, resolved, signature);
        };
        if (selected == null || selected.model.code().isEmpty()
                || selected.owner.getModule() == Object.class.getModule()) {
            throw unreadable(named, signature);
        }
        return selected;
    }

    private static Refused unreadable(Class<?> named, Signature signature) {
        return new Refused("it calls " + named.getSimpleName() + "." + signature.name + signature.descriptor
                + ", whose code cannot be read");
    }

    /** What a call's words mean, whatever it is called on. */
    private Found resolve(Class<?> named, Signature signature) {
        Found found = inClasses(named, signature, _ -> true);
        found = found != null ? found : inInterfaces(named, signature);
        return found != null ? found : superInterfaces(named).stream().map(i -> declared(i, signature))
                .filter(Methods::inherited).findFirst().orElse(null);
    }

    /** What {@code super.f()}, {@code Interface.super.f()} and, in old class files, private calls run. */
    private Found special(Class<?> caller, Class<?> named, Signature signature) {
        boolean isSuperClass = !named.isInterface() && named != caller && named.isAssignableFrom(caller);
        Class<?> from = isSuperClass ? caller.getSuperclass() : named;
        Found found = inClasses(from, signature, m -> !m.is(AccessFlag.STATIC));
        return found != null ? found : inInterfaces(from, signature);
    }

    /** What overrides a method in the class of an object. */
    private Found virtual(Class<?> receiver, Found resolved, Signature signature) {
        Found found = inClasses(receiver, signature, m -> overrides(m, resolved));
        return found != null ? found : inInterfaces(receiver, signature);
    }

    private static boolean overrides(Found method, Found resolved) {
        if (method.is(AccessFlag.STATIC) || method.is(AccessFlag.PRIVATE)) {
            return false;
        }
        return resolved.is(AccessFlag.PUBLIC) || resolved.is(AccessFlag.PROTECTED)
                || method.owner.getPackageName().equals(resolved.owner.getPackageName())
                && method.owner.getClassLoader() == resolved.owner.getClassLoader();
    }

    /** The first suitable method of a class and those that it extends, or of one interface. */
    private Found inClasses(Class<?> type, Signature signature, Predicate<Found> suits) {
        // All that Object and Record declare are methods of objects.
        for (Class<?> c = type; c != null && c != Object.class && c != Record.class; c = c.getSuperclass()) {
            Found found = declared(c, signature);
            if (found != null && suits.test(found)) {
                return found;
            }
        }
        return null;
    }

    /** The one method with code among the most specific ones of the interfaces that a type inherits from. */
    private Found inInterfaces(Class<?> type, Signature signature) {
        List<Found> candidates = superInterfaces(type).stream().map(i -> declared(i, signature))
                .filter(Methods::inherited).toList();
        List<Found> able = candidates.stream()
                .filter(m -> candidates.stream().noneMatch(o -> o != m && m.owner.isAssignableFrom(o.owner)))
                .filter(m -> !m.is(AccessFlag.ABSTRACT)).toList();
        return able.size() == 1 ? able.getFirst() : null;
    }

    private static boolean inherited(Found method) {
        return method != null && !method.is(AccessFlag.PRIVATE) && !method.is(AccessFlag.STATIC);
    }

    /** The interfaces of a class and of those that it extends, and theirs; not the type itself. */
    private static Set<Class<?>> superInterfaces(Class<?> type) {
        Set<Class<?>> found = new LinkedHashSet<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Class<?> i : c.getInterfaces()) {
                found.add(i);
                found.addAll(superInterfaces(i));
            }
        }
        return found;
    }

    /** What a class or interface itself declares. */
    private Found declared(Class<?> type, Signature signature) {
        return models.computeIfAbsent(type, ClassFiles::parse).methods().stream()
                .filter(m -> m.methodName().equalsString(signature.name)
                        && m.methodType().equalsString(signature.descriptor))
                .findFirst().map(m -> new Found(type, m)).orElse(null);
    }
}
