# SPDX-License-Identifier: Apache-2.0
# Where a JDK is; the scripts in bash source this.

# Whether a directory is a JDK, 25 or newer. Its release file says so without a Java being started.
is_jdk() {
    [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 1
    local line
    while IFS= read -r line; do
        case "$line" in
            JAVA_VERSION=\"2[5-9]* | JAVA_VERSION=\"[3-9][0-9]*) return 0 ;;
        esac
    done < "$1/release"
    return 1
}

# Sets jdk to a JDK of this machine. Fails if there is none; jdk_missing says what to do.
find_jdk() {
    local home link on_path
    if [ -n "${JLOSS_JAVA_HOME:-}" ]; then
        jdk="$JLOSS_JAVA_HOME"
        jdk_missing="JLOSS_JAVA_HOME is $JLOSS_JAVA_HOME, which is no JDK 25 or newer"
        is_jdk "$jdk"
        return
    fi
    for home in "${JAVA_HOME:-}" "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* /usr/lib/jvm/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/.jdks/*; do
        if is_jdk "$home"; then
            jdk="$home"
            return
        fi
    done
    on_path="$(command -v javac || true)"
    while [ -L "$on_path" ]; do
        link="$(readlink "$on_path")"
        case "$link" in
            /*) on_path="$link" ;;
            *) on_path="$(dirname "$on_path")/$link" ;;
        esac
    done
    jdk="$(dirname "$(dirname "${on_path:-/none/none}")")"
    if is_jdk "$jdk"; then
        return
    fi
    if [ -x /usr/libexec/java_home ] && jdk="$(/usr/libexec/java_home -v 25+ 2>/dev/null)" && is_jdk "$jdk"; then
        return
    fi
    jdk_missing="found no JDK 25 or newer; get one from https://adoptium.net, then set JAVA_HOME or JLOSS_JAVA_HOME to it"
    return 1
}
