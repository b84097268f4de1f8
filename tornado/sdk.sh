# Where TornadoVM is; .ci/run, jloss and mvnw source this, so it is for any POSIX shell.

# Sets TORNADOVM_HOME, the SDK, to SDKMAN's if it says nothing. Fails if there is none; tornadovm_missing says why.
find_tornadovm() {
    if [ -z "${TORNADOVM_HOME:-}" ] && [ -f "$HOME/.sdkman/candidates/tornadovm/current/tornado-argfile" ]; then
        TORNADOVM_HOME="$HOME/.sdkman/candidates/tornadovm/current"
    fi
    if [ -z "${TORNADOVM_HOME:-}" ]; then
        tornadovm_missing="set TORNADOVM_HOME to an SDK of it (see README)"
    elif [ ! -f "$TORNADOVM_HOME/tornado-argfile" ]; then
        tornadovm_missing="TORNADOVM_HOME is $TORNADOVM_HOME, which has no tornado-argfile and so is no SDK of it"
    else
        export TORNADOVM_HOME
        return
    fi
    return 1
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
    tornadovm_jars="$TORNADOVM_HOME/share/java/tornado"
    tornadovm_version="$(ls "$tornadovm_jars" | sed -n 's/^tornado-api-\([0-9].*\)\.jar$/\1/p' | head -n 1)"
    [ -n "$tornadovm_version" ] || return 0
    export MAVEN_ARGS="-Dtornadovm.version=$tornadovm_version ${MAVEN_ARGS:-}"
    [ ! -f "$HOME/.m2/repository/io/github/beehive-lab/tornado-runtime/$tornadovm_version/tornado-runtime-$tornadovm_version.jar" ] ||
        return 0
    (
        unset TORNADOVM_HOME MAVEN_ARGS
        "$tornadovm_mvnw" -q -N dependency:get \
            "-Dartifact=io.github.beehive-lab:tornado-runtime:$tornadovm_version" >/dev/null 2>&1 && exit
        for module in api runtime; do
            "$tornadovm_mvnw" -q -N install:install-file "-Dfile=$tornadovm_jars/tornado-$module-$tornadovm_version.jar" \
                -DgroupId=io.github.beehive-lab "-DartifactId=tornado-$module" "-Dversion=$tornadovm_version" \
                -Dpackaging=jar -DgeneratePom=true
        done
    )
}
