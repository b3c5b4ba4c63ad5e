# Says what each foreign library that a layer links means to users of an installed package.
#
#   hyperactor_dependency(<target>
#                         PACKAGE <name> [<version or range>]   for find_package
#                         [PKG_CONFIG <module>...]              for Requires: in hyperactor.pc
#                         [FLAGS <flag>...]                     instead, if it has no module
#                         [DEBIAN <package>...])                what the -dev package depends on
#
# A layer that links a target which is not listed here stops CMake.

# Users must link the same fmt as the archives: its names hold its major version.
math(EXPR fmt_next "${fmt_VERSION_MAJOR} + 1")
hyperactor_dependency(fmt::fmt
  PACKAGE fmt ${fmt_VERSION_MAJOR}...<${fmt_next}
  PKG_CONFIG "fmt >= ${fmt_VERSION_MAJOR}" "fmt < ${fmt_next}"
  DEBIAN "libfmt-dev (>= ${fmt_VERSION_MAJOR})" "libfmt-dev (<< ${fmt_next})")

hyperactor_dependency(Threads::Threads
  PACKAGE Threads
  FLAGS -pthread)
