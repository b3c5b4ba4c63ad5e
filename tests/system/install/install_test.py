"""tests/system/install/install_test.py - what is installed serves a stranger's project.

Usage: install_test.py <source folder> <build folder> <class of tests>...

Installs the build as a packager does (DESTDIR), moves the folder elsewhere, and uses it from
there: what works afterwards depends neither on the repository nor on where it was installed.
Writes into a temporary folder only. Exit: 0, 1, or 77 if a program that a test needs is missing.
"""

import filecmp
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import evidence

SOURCE = BUILD = CONSUMER = ""
CLANG, GCC = "clang++-19", "g++-12"
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror"
JOBS = 2


def run(*command, check=True, **more):
    """What the command does; with `check`, ends the test when it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=540, check=False, **more)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n"
                             f"{done.stdout}{done.stderr}")
    return done


def need(program, package):
    if shutil.which(program) is None:
        print(f"install_test: '{program}' is missing: apt-get install {package}", file=sys.stderr)
        sys.exit(77)


def configure(source, build, compiler, *options, check=True):
    return run("cmake", "-S", source, "-B", build, "-G", "Ninja",
               f"-DCMAKE_CXX_COMPILER={compiler}", *options, check=check)


def build(folder, *targets):
    return run("cmake", "--build", folder, "--parallel", JOBS,
               *(["--target", *targets] if targets else []))


def files_under(folder):
    return {os.path.relpath(os.path.join(where, name), folder)
            for where, _, names in os.walk(folder) for name in names}


def members_of(archive):
    """The files in an ar archive, as bytes."""
    with open(archive, "rb") as file:
        if file.read(8) != b"!<arch>\n":
            raise ValueError(f"{archive} is no archive")
        while header := file.read(60):
            size = int(header[48:58])
            content = file.read(size + size % 2)
            if not header.startswith((b"/ ", b"// ")):
                yield content


class Installed(unittest.TestCase):
    """Has the installed files in self.prefix, and a folder of its own in self.folder."""

    @classmethod
    def setUpClass(cls):
        need(CLANG, "clang-19")
        need(GCC, "g++-12")
        cls.folder = tempfile.mkdtemp(prefix="hyperactor-install-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        stage = os.path.join(cls.folder, "stage")
        run("cmake", "--install", BUILD, "--prefix", "/opt/packed",
            env={**os.environ, "DESTDIR": stage})
        cls.prefix = os.path.join(cls.folder, "moved here")
        os.rename(os.path.join(stage, "opt/packed"), cls.prefix)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)


class Files(Installed):
    def test_nothing_is_missing_and_nothing_is_too_much(self):
        package = "lib/cmake/hyperactor"
        expected = {
            "bin/hyperactor", "lib/libhyperactor.a", "lib/libhyperactor_testing.a",
            "lib/pkgconfig/hyperactor.pc", "lib/pkgconfig/hyperactor-testing.pc",
            f"{package}/hyperactor-config.cmake", f"{package}/hyperactor-config-version.cmake",
            f"{package}/hyperactor-targets.cmake", f"{package}/compilers.cmake",
            f"{package}/await_self_test.cmake", f"{package}/await_forms.cpp",
            "share/hyperactor/lint_await", "share/doc/hyperactor/LICENSE"}
        others = {path for path in files_under(self.prefix) - expected
                  if not path.startswith(("include/hyperactor/", "share/doc/hyperactor/examples/"))
                  and not re.fullmatch(f"{package}/hyperactor-targets-[a-z]+.cmake", path)}
        self.assertEqual(others, set())
        self.assertEqual(expected - files_under(self.prefix), set())

    def test_the_headers_are_the_public_ones_unchanged(self):
        # That each compiles alone is tested where they come from: tools/lone_headers.
        ours, theirs = os.path.join(SOURCE, "include"), os.path.join(self.prefix, "include")
        self.assertEqual(files_under(theirs), files_under(ours))
        for header in files_under(ours):
            same = filecmp.cmp(os.path.join(ours, header), os.path.join(theirs, header), False)
            self.assertTrue(same, header)

    def test_no_file_says_where_it_was_built_or_installed(self):
        for path in files_under(self.prefix):
            with open(os.path.join(self.prefix, path), "rb") as file:
                content = file.read()
            for place in (SOURCE, BUILD, self.folder, "/opt/packed"):
                self.assertNotIn(place.encode(), content, path)

    def test_archives_hold_machine_code_and_no_bitcode(self):
        for name in ("libhyperactor.a", "libhyperactor_testing.a"):
            members = list(members_of(os.path.join(self.prefix, "lib", name)))
            self.assertGreater(len(members), 0)
            for member in members:
                self.assertEqual(member[:4], b"\x7fELF", name)
                self.assertNotIn(b".llvmbc", member)
                self.assertNotIn(b".gnu.lto_", member)

    def test_the_command_runs(self):
        done = run(os.path.join(self.prefix, "bin/hyperactor"), "--version")
        self.assertRegex(done.stdout, r"^hyperactor \d+\.\d+\.\d+\n$")


class Refusals(Installed):
    """find_package says in one sentence what is wrong."""

    def says(self, before, find, *options):
        project = self.path("refused")
        os.makedirs(project, exist_ok=True)
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(f"cmake_minimum_required(VERSION 3.25)\n{before}\n{find}\n")
        done = configure(project, os.path.join(project, "build"), CLANG, "--fresh",
                         f"-DCMAKE_PREFIX_PATH={self.prefix}", *options, check=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return " ".join(done.stderr.split())

    def test_another_version(self):
        for version in ("0.2", "1.0", "0.0.9"):
            said = self.says("project(x LANGUAGES CXX)",
                             f"find_package(hyperactor {version} REQUIRED)")
            self.assertIn(f'compatible with requested version "{version}"', said)

    def test_a_compiler_that_is_too_old(self):
        said = self.says("project(x LANGUAGES CXX)\nset(CMAKE_CXX_COMPILER_VERSION 18.1)",
                         "find_package(hyperactor REQUIRED)")
        self.assertIn("hyperactor needs Clang 19 or GCC 12.2, or newer", said)
        self.assertIn("is Clang 18.1", said)

    def test_no_cxx(self):
        said = self.says("project(x LANGUAGES NONE)", "find_package(hyperactor REQUIRED)")
        self.assertIn("hyperactor needs the language CXX", said)

    def test_no_fmt(self):
        said = self.says("project(x LANGUAGES CXX)", "find_package(hyperactor REQUIRED)",
                         "-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON")
        self.assertRegex(said, r"was built with 'fmt \d+\.\.\.<\d+' and needs it")
        self.assertIn("apt-get install libfmt-dev.", said)

    def test_components(self):
        said = self.says("project(x LANGUAGES CXX)",
                         "find_package(hyperactor REQUIRED COMPONENTS net)",
                         "-DHYPERACTOR_AWAIT_SELF_TEST=OFF")
        self.assertIn("hyperactor has no components, so not 'net' either", said)


class Consumer(Installed):
    """tests/consumer, copied out of the repository, with one compiler."""

    COMPILER = ""
    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        if cls is Consumer:
            raise unittest.SkipTest("for the two below")
        super().setUpClass()
        shutil.copytree(CONSUMER, os.path.join(cls.folder, "consumer"))
        cls.build = os.path.join(cls.folder, "build")
        cls.configured = cls.configure()
        build(cls.build)

    @classmethod
    def configure(cls, *options):
        return configure(os.path.join(cls.folder, "consumer"), cls.build, cls.COMPILER,
                         f"-DCMAKE_PREFIX_PATH={cls.prefix}", f"-DCMAKE_CXX_FLAGS={WARNINGS}",
                         *cls.OPTIONS, *options)

    def test_hello_answers(self):
        self.assertEqual(run(os.path.join(self.build, "hello")).stdout, "125\n")

    def test_a_users_test_passes_on_both_runtimes(self):
        self.assertIn("100% tests passed", run("ctest", "--test-dir", self.build).stdout)

    def test_actors_of_a_users_archive_have_their_names(self):
        left_behind = self.path("evidence")
        os.makedirs(left_behind)
        done = run(os.path.join(self.build, "branch"), check=False,
                   env={**os.environ, "HYPERACTOR_EVIDENCE": left_behind})
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "left: 60\n")
        self.assertRegex(done.stderr, r"message Alarm to local:0,[^ ]+,Vault\[\d+\] came back: "
                                      r".*the branch is closed")
        file, = glob.glob(os.path.join(left_behind, "*.evidence"))
        killed = [actor for actor in evidence.actors_in(file) if actor.handler == "Seal"]
        # A child is called after its parent.
        self.assertEqual([(actor.name, actor.state) for actor in killed],
                         [("Vault", "processing")])

    def test_the_compilers_await_forms_are_tried_once(self):
        self.assertIn("await forms: testing", self.configured.stdout)
        self.assertNotIn("await forms", self.configure().stdout)

    def test_no_notice_where_it_is_not_wanted(self):
        said = self.configure("--fresh", "-DHYPERACTOR_AWAIT_SELF_TEST=OFF")
        self.assertNotIn("await forms", said.stdout)
        self.assertNotIn("NOTICE", said.stderr)


class Clang(Consumer):
    COMPILER = CLANG
    # A project for an older standard gets C++23 where it uses hyperactor.
    OPTIONS = ("-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_STANDARD=20")

    def test_no_notice(self):
        self.assertNotIn("NOTICE", self.configured.stderr)


class Gcc(Consumer):
    COMPILER = GCC
    OPTIONS = ("-DCMAKE_BUILD_TYPE=Debug",)

    def test_one_notice_names_a_lint_that_is_there(self):
        self.assertEqual(self.configured.stderr.count("NOTICE"), 1)
        lint = re.search(r"This finds both: (.*) <files>", self.configured.stderr)[1]
        self.assertTrue(lint.startswith(self.prefix), lint)
        run(lint, self.path("consumer", "hello.cpp"), self.path("consumer", "bank.cpp"))


class Documents(Installed):
    """What README.md and the guide tell a user to write."""

    def blocks(self, page, language):
        with open(os.path.join(SOURCE, page), encoding="utf-8") as file:
            return re.findall(rf"^```{language}\n(.*?)^```$", file.read(), re.M | re.S)

    def write(self, name, text):
        os.makedirs(self.path("project"), exist_ok=True)
        with open(self.path("project", name), "w", encoding="utf-8") as file:
            file.write(text)

    def check(self, project, program):
        test = "".join(self.blocks("docs/guide/testing.md", "cpp"))
        self.write("CMakeLists.txt", project)
        self.write(f"{program}.cpp", self.blocks("README.md", "cpp")[0])
        self.write("main.cpp", self.blocks("README.md", "cpp")[0])
        self.write(f"{program}_test.cpp", test)
        configure(self.path("project"), self.path(program), GCC,
                  f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_FLAGS={WARNINGS}")
        build(self.path(program))
        self.assertEqual(run(self.path(program, program)).stdout, "125\n")
        self.assertIn("100% tests passed", run("ctest", "--test-dir", self.path(program)).stdout)

    def test_the_readme(self):
        project, = self.blocks("README.md", "cmake")
        self.assertLessEqual(len([line for line in project.split("\n") if line]), 10)
        self.check(project, "hello")

    def test_the_guide(self):
        self.check(self.blocks("docs/guide/installing.md", "cmake")[0], "bank")


class PkgConfig(Installed):
    @classmethod
    def setUpClass(cls):
        need("pkg-config", "pkg-config")
        super().setUpClass()
        # pkg-config writes blanks in paths as the shell wants them, which is not tested here.
        cls.prefix = shutil.move(cls.prefix, os.path.join(cls.folder, "moved"))

    def flags(self, *arguments, prefix=None):
        return run("pkg-config", *arguments, env={
            **os.environ,
            "PKG_CONFIG_PATH": os.path.join(prefix or self.prefix, "lib/pkgconfig")}
        ).stdout.split()

    def test_one_command_builds_hello(self):
        for compiler in (CLANG, GCC):
            with self.subTest(compiler=compiler):
                flags = self.flags("--cflags", "--libs", "--static", "hyperactor")
                run(compiler, os.path.join(CONSUMER, "hello.cpp"), *WARNINGS.split(), *flags,
                    "-o", self.path("hello"))
                self.assertEqual(run(self.path("hello")).stdout, "125\n")

    def test_it_makes_no_difference_whether_one_says_static(self):
        self.assertEqual(self.flags("--libs", "hyperactor"),
                         self.flags("--libs", "--static", "hyperactor"))

    def test_another_language_level(self):
        self.assertIn("-std=c++23", self.flags("--cflags", "hyperactor"))
        self.assertIn("-std=c++26", self.flags("--define-variable=std=c++26", "--cflags",
                                               "hyperactor"))

    def test_definitions_are_those_of_the_archives(self):
        with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
            on = re.search(r"^HYPERACTOR_DCHECKS:BOOL=(ON|1|TRUE)$", file.read(), re.M)
        self.assertIn(f"-DHYPERACTOR_DCHECKS={1 if on else 0}",
                      self.flags("--cflags", "hyperactor"))

    def test_a_test_of_actors(self):
        flags = self.flags("--cflags", "--libs", "--static", "hyperactor-testing")
        run(GCC, os.path.join(CONSUMER, "bank_test.cpp"), os.path.join(CONSUMER, "bank.cpp"),
            *flags, "-o", self.path("bank_test"))
        run(self.path("bank_test"))


class Debian(Installed):
    @classmethod
    def setUpClass(cls):
        need("dpkg-deb", "dpkg")
        need("dpkg-shlibdeps", "dpkg-dev")
        need("file", "file")
        super().setUpClass()
        run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-G", "DEB", "-B",
            os.path.join(cls.folder, "packages"))
        cls.packages = {os.path.basename(path).split("_")[0]: path
                        for path in glob.glob(os.path.join(cls.folder, "packages", "*.deb"))}
        cls.root = os.path.join(cls.folder, "root")
        for package in cls.packages.values():
            run("dpkg-deb", "-x", package, cls.root)

    def field(self, package, name):
        return run("dpkg-deb", "-f", self.packages[package], name).stdout.strip()

    def test_there_are_two(self):
        self.assertEqual(set(self.packages), {"hyperactor", "libhyperactor-dev"})

    def test_fields(self):
        for package in self.packages:
            with self.subTest(package=package):
                self.assertRegex(self.field(package, "Maintainer"), r"^.+ <.+@.+>$")
                first, *rest = self.field(package, "Description").split("\n")
                self.assertEqual(first, "actor runtime for C++23")
                self.assertGreater(len(rest), 1)
                self.assertLess(max(map(len, rest)), 81)
                self.assertIn(self.field(package, "Section"), ("utils", "libdevel"))

    def test_dependencies(self):
        command = self.field("hyperactor", "Depends")
        for library in ("libc6 (>= ", "libfmt9 (>= ", "libstdc++6 (>= "):
            self.assertIn(library, command)
        self.assertRegex(self.field("libhyperactor-dev", "Depends"),
                         r"^libfmt-dev \(>= \d+\), libfmt-dev \(<< \d+\)$")

    def test_files(self):
        files = {}
        for package, path in self.packages.items():
            files[package] = set()
            for line in run("dpkg-deb", "-c", path).stdout.splitlines():
                mode, owner, _, _, _, name = line.split(None, 5)
                self.assertTrue(name.startswith("./usr/"), line)
                self.assertEqual(owner, "root/root", line)
                self.assertIn(mode, ("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x"), line)
                if mode[0] == "-":
                    files[package].add(name)
        self.assertEqual(files["hyperactor"], {"./usr/bin/hyperactor",
                                               "./usr/share/doc/hyperactor/copyright"})
        self.assertIn("./usr/share/doc/libhyperactor-dev/copyright", files["libhyperactor-dev"])
        # Otherwise what `cmake --install` puts there.
        self.assertEqual(
            {name.removeprefix("./usr/") for name in files["libhyperactor-dev"]}
            - {"share/doc/libhyperactor-dev/copyright"},
            files_under(self.prefix) - {"bin/hyperactor", "share/doc/hyperactor/LICENSE"})

    def test_the_copyright_is_ours(self):
        with open(os.path.join(SOURCE, "LICENSE"), encoding="utf-8") as file:
            license_text = file.read()
        for package in self.packages:
            path = os.path.join(self.root, "usr/share/doc", package, "copyright")
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), license_text)

    def test_a_user_builds_against_the_package(self):
        build_folder = self.path("build")
        configure(CONSUMER, build_folder, GCC,
                  f"-DCMAKE_PREFIX_PATH={os.path.join(self.root, 'usr')}")
        build(build_folder, "hello")
        self.assertEqual(run(os.path.join(build_folder, "hello")).stdout, "125\n")

    def test_the_command_runs(self):
        run(os.path.join(self.root, "usr/bin/hyperactor"), "--version")


class InTree(unittest.TestCase):
    """A project that has the sources as a part of its own, by FetchContent or add_subdirectory."""

    @classmethod
    def setUpClass(cls):
        need(CLANG, "clang-19")
        cls.folder = tempfile.mkdtemp(prefix="hyperactor-in-tree-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.build = os.path.join(cls.folder, "build")
        # The project around it has files of the same names as ours on its module path.
        traps = os.path.join(cls.folder, "cmake")
        os.makedirs(traps)
        for path in glob.glob(os.path.join(SOURCE, "cmake", "*.cmake")):
            with open(os.path.join(traps, os.path.basename(path)), "w", encoding="utf-8") as file:
                file.write('message(FATAL_ERROR "not the file that was meant")\n')
        ccache = shutil.which("ccache")
        launcher = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache}"] if ccache else []
        cls.configured = configure(
            os.path.join(CONSUMER, "in_tree"), cls.build, CLANG, f"-DCMAKE_MODULE_PATH={traps}",
            "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *launcher)
        build(cls.build)

    def test_configuring_says_nothing_on_stderr(self):
        self.assertEqual(self.configured.stderr, "")

    def test_it_runs_and_has_no_tests_but_its_own(self):
        said = run("ctest", "--test-dir", self.build).stdout
        self.assertIn("100% tests passed, 0 tests failed out of 1", said)

    def test_our_warnings_are_not_its_warnings(self):
        with open(os.path.join(self.build, "compile_commands.json"), encoding="utf-8") as file:
            hello, = [entry["command"] for entry in json.load(file)
                      if entry["file"].endswith("hello.cpp")]
        self.assertNotRegex(hello, r" -(W|O|fsanitize|fuse-ld|Xclang)")

    def test_only_its_own_files_are_installed(self):
        where = os.path.join(self.folder, "installed")
        run("cmake", "--install", self.build, "--prefix", where)
        self.assertEqual(files_under(where), {"bin/hello"})

    def test_our_options_begin_with_our_name(self):
        with open(os.path.join(self.build, "CMakeCache.txt"), encoding="utf-8") as file:
            text = file.read()
        names = set(re.findall(r"^([A-Za-z_]\w*):(?!INTERNAL|STATIC)", text, re.M))
        expected = ("CMAKE_", "HYPERACTOR_", "hyperactor_", "in_tree_", "FETCHCONTENT_", "fmt_")
        self.assertEqual({name for name in names if not name.startswith(expected)}, set())


if __name__ == "__main__":
    SOURCE, BUILD = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    CONSUMER = os.path.join(SOURCE, "tests/consumer")
    unittest.main()
