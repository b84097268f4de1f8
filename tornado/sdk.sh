# SPDX-License-Identifier: Apache-2.0
# Where TornadoVM is; .ci/run, jloss and mvnw source this, so it is for any POSIX shell.

# The version of an SDK for the JDK that we need; nothing for other directories.
tornadovm_version() {
    ls "$1/share/java/tornado" 2>/dev/null | sed -n 's/^tornado-api-\([0-9].*-jdk25.*\)\.jar$/\1/p' | head -n 1
}

# Sets TORNADOVM_HOME, the SDK, to SDKMAN's if it says nothing. Fails if there is none; tornadovm_missing says why.
find_tornadovm() {
    tornadovm_sdkman="$HOME/.sdkman/candidates/tornadovm/current"
    if [ -z "${TORNADOVM_HOME:-}" ] && [ -n "$(tornadovm_version "$tornadovm_sdkman")" ]; then
        TORNADOVM_HOME="$tornadovm_sdkman"
    fi
    if [ -z "${TORNADOVM_HOME:-}" ]; then
        tornadovm_missing="set TORNADOVM_HOME to an SDK of it (see README)"
        return 1
    fi
    if [ -z "$(tornadovm_version "$TORNADOVM_HOME")" ]; then
        tornadovm_missing="TORNADOVM_HOME is $TORNADOVM_HOME, which is no SDK of it for JDK 25 (see README)"
        return 1
    fi
    if [ ! -f "$TORNADOVM_HOME/tornado-argfile" ] && ! sed "s|\${TORNADOVM_HOME}|$TORNADOVM_HOME|g" \
        "$TORNADOVM_HOME/tornado-argfile.template" 2>/dev/null > "$TORNADOVM_HOME/tornado-argfile"; then
        rm -f "$TORNADOVM_HOME/tornado-argfile"
        tornadovm_missing="$TORNADOVM_HOME has no tornado-argfile: its bin/tornado --generate-argfile makes one"
        return 1
    fi
    export TORNADOVM_HOME
}

# Has Maven compile against the TornadoVM of the SDK. That may be a developer's own build, which no repository has:
# then its jars are put into the local one.
#   $1    the Maven wrapper
#   rest  what it is called with
use_tornadovm() {
    tornadovm_mvnw="$1"
    shift
    case "$* ${MAVEN_ARGS:-}" in
        *-Dtornadovm.version=*) return ;;
    esac
    tornadovm_version="$(tornadovm_version "$TORNADOVM_HOME")"
    export MAVEN_ARGS="-Dtornadovm.version=$tornadovm_version ${MAVEN_ARGS:-}"
    tornadovm_known="$HOME/.m2/repository/io/github/beehive-lab/tornado-runtime/$tornadovm_version"
    [ ! -f "$tornadovm_known/tornado-runtime-$tornadovm_version.jar" ] || return 0
    "$tornadovm_mvnw" -q -N dependency:get "-Dartifact=io.github.beehive-lab:tornado-runtime:$tornadovm_version" \
        >/dev/null 2>&1 && return
    for tornadovm_module in api runtime; do
        "$tornadovm_mvnw" -q -N install:install-file -Dpackaging=jar -DgeneratePom=true \
            -DgroupId=io.github.beehive-lab "-DartifactId=tornado-$tornadovm_module" "-Dversion=$tornadovm_version" \
            "-Dfile=$TORNADOVM_HOME/share/java/tornado/tornado-$tornadovm_module-$tornadovm_version.jar"
    done
}
