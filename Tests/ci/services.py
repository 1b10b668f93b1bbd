"""Does what GitHub, GitLab and pre-commit do with the files for them, on a small repository: Tests/ci/run calls this.

Three states of that repository: guests that are to be created, guests that do not fit, and a file that is no site.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples/ci"
TOOLS = ROOT / ".build/tools/bin"
INSTALLED = "/usr/share/numactl-plan/ci"
GUESTS = {
    "changes": "  web: {vcpus: 2, ram: 1GiB, numa_nodes: 1}\n",
    "no room": "  web: {vcpus: 400, ram: 1GiB, cpu_policy: dedicated}\n",
    "no site": "  web: {vcpu: 2, ram: 1GiB}\n",
}
# How a job ends in each state, and whether the plan was posted before.
ENDS = {"changes": (2, True), "no room": (10, True), "no site": (65, False)}
# Stand for tools of the services: each call is a line of a log. There are no comments yet.
STAND_IN = '#!/bin/bash\nprintf "%s %s\\n" "${0##*/}" "$*" >> "$CALLS"\ncase "$*" in *POST*) ;; *) echo "[]" ;; esac\n'
IMAGES = ["apt-get", "sudo", "gh", "curl"]


def expect(condition, words):
    if not condition:
        sys.exit(f"ci: {words}")


class Repository:
    """A repository with a site file and the facts of one host, and what is found in PATH where its jobs run."""

    def __init__(self, folder, program, state):
        self.folder, self.calls, self.bin = folder / "work", folder / "calls", folder / "bin"
        (self.folder / "facts").mkdir(parents=True)
        (self.folder / "tools").mkdir()
        self.bin.mkdir()
        self.calls.touch()
        (self.folder / "tools/numactl-plan_0.2.0_amd64.deb").touch()
        (self.folder / "site.yaml").write_text(f"site: rack\nhosts: {{hv01: {{}}}}\nguests:\n{GUESTS[state]}")
        facts = json.loads((ROOT / "examples/hv01.json").read_text())
        facts["time"] = now()
        (self.folder / "facts/hv01.json").write_text(json.dumps(facts))
        (self.bin / "numactl-plan").symlink_to(program)
        for name in IMAGES:
            (self.bin / name).write_text(STAND_IN)
            (self.bin / name).chmod(0o755)
        self.environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(folder), "CALLS": str(self.calls), "NO_COLOR": "1",
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
        }

    def run(self, command, **environment):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment | environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
        return done.returncode, done.stdout + done.stderr

    def shell(self, text, options, **environment):
        """Runs a script as a service does, with the scripts of the package where the sources have them."""
        script = self.folder.parent / "script"
        script.write_text(text.replace(INSTALLED, str(EXAMPLES)))
        return self.run(["bash", *options, str(script)], **environment)

    def posted(self):
        return "POST" in self.calls.read_text()


def now():
    done = subprocess.run(["date", "--utc", "+%Y-%m-%dT%H:%M:%SZ"], check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()


# GitHub


def value(expression, context):
    """What an expression is: a text in quotes, or a path in the context."""
    if expression.startswith("'"):
        return expression.strip("'")
    place = context
    for name in expression.split("."):
        place = place[name]
    return place


def filled(text, context):
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda match: value(match.group(1), context), str(text))


def holds(condition, context):
    for term in condition.split(" && "):
        left, operator, right = term.split(" ")
        if (value(left, context) == value(right, context)) != (operator == "=="):
            return False
    return True


def github(steps, repository, context):
    """Runs the steps as GitHub's runner does, and returns the status of the first that fails, else 0."""
    context["steps"] = {}
    for step in steps:
        if "uses" in step or not holds(step.get("if", "'' == ''"), context):
            continue
        expect("${{" not in step["run"], f"a script of GitHub's has an expression in it, which anybody could write: {step['run']}")
        output = repository.folder.parent / "output"
        output.write_text("")
        environment = {name: filled(text, context) for name, text in step.get("env", {}).items()}
        status, text = repository.shell(
            step["run"], ["--noprofile", "--norc", "-e", "-o", "pipefail"], GITHUB_OUTPUT=str(output),
            GITHUB_STEP_SUMMARY=str(repository.folder.parent / "summary"), GITHUB_ACTION_PATH=str(EXAMPLES / "action"),
            GITHUB_REPOSITORY="o/r", RUNNER_TEMP=str(repository.folder.parent), **environment)
        if "id" in step:
            context["steps"][step["id"]] = {"outputs": dict(line.split("=", 1) for line in output.read_text().splitlines())}
        if status != 0:
            return status, text
    return 0, ""


def context_of_github(inputs):
    pull = {"number": "5", "head": {"repo": {"full_name": "o/r"}}}
    return {"inputs": inputs, "github": {"token": "secret", "repository": "o/r", "event": {"pull_request": pull}}}


def try_github(repository, state, kind):
    if kind == "action":
        action = yaml.safe_load((EXAMPLES / "action/action.yml").read_text())
        inputs = {name: str(entry["default"]) for name, entry in action["inputs"].items()}
        inputs |= {"package": "tools/numactl-plan_0.2.0_amd64.deb", "max-facts-age": "24h"}
        steps = action["runs"]["steps"]
    else:
        inputs = {}
        steps = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())["jobs"]["plan"]["steps"]
    status, text = github(steps, repository, context_of_github(inputs))
    end, posted = ENDS[state]
    expect(status == (0 if end == 2 else end), f"GitHub's {kind}, {state}: ended with {status}\n{text}")
    expect(repository.posted() == posted, f"GitHub's {kind}, {state}: {'not ' if posted else ''}posted")
    expect("apt-get install" in repository.calls.read_text(), f"GitHub's {kind}, {state}: the package is not installed")


# GitLab


def component(inputs):
    """The component's job with its inputs filled in; each input must be declared and used."""
    spec, job = yaml.safe_load_all((ROOT / "examples/ci/templates/numactl-plan.yml").read_text())
    declared = spec["spec"]["inputs"]
    text = json.dumps(job)
    used = set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", text))
    expect(used == set(declared), f"GitLab's component declares {sorted(declared)} and uses {sorted(used)}")
    values = {name: str(entry["default"]) for name, entry in declared.items()} | inputs
    return json.loads(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: json.dumps(values[match.group(1)])[1:-1], text))


def try_gitlab(repository, state, kind):
    inputs = {"package": "tools/numactl-plan_0.2.0_amd64.deb", "max_facts_age": "24h"}
    jobs = component(inputs) if kind == "component" else yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())
    job = jobs["numactl-plan"]
    environment = job.get("variables", {}) | {
        "CI_API_V4_URL": "https://git/api/v4", "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "5", "NUMACTL_PLAN_TOKEN": "secret"}
    lines = ["set -eo pipefail", *job["before_script"], *job["script"]]
    status, text = repository.shell("\n".join(lines), [], **environment)
    end, posted = ENDS[state]
    expect(status == end, f"GitLab's {kind}, {state}: ended with {status}\n{text}")
    expect((end in job["allow_failure"]["exit_codes"]) == (state == "changes"), f"GitLab's {kind}, {state}: what may fail")
    expect(repository.posted() == posted, f"GitLab's {kind}, {state}: {'not ' if posted else ''}posted")


# pre-commit


def try_hooks(repository, state, scratch):
    hooks = scratch / "hooks"
    if not hooks.exists():
        (hooks / "examples/ci").mkdir(parents=True)
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        shutil.copy(EXAMPLES / "check-site", hooks / "examples/ci")
        commit(repository, hooks)
    revision = subprocess.run(["git", "-C", hooks, "rev-parse", "HEAD"], check=True, capture_output=True, encoding="utf-8").stdout.strip()
    used = {"repo": str(hooks), "rev": revision, "hooks": [{"id": "numactl-plan-validate"}, {"id": "numactl-plan-plan"}]}
    (repository.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [used]}))
    commit(repository, repository.folder)
    status, text = repository.run(
        [TOOLS / "pre-commit", "run", "--all-files", "--color", "never"], PRE_COMMIT_HOME=str(scratch / "cache"))
    expect((status == 0) == (state == "changes"), f"pre-commit, {state}: ended with {status}\n{text}")
    expect(("NP304" in text) == (state == "no room"), f"pre-commit, {state}: says\n{text}")
    expect(len(re.findall(r"(Passed|Failed)$", text, re.M)) == 2, f"pre-commit, {state}: a hook did not run\n{text}")


def commit(repository, folder):
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "first"]):
        status, text = repository.run(["git", "-C", folder, *command])
        expect(status == 0, f"git {command[0]}: {text}")


def check_schemas(scratch):
    (scratch / "component.yml").write_text(json.dumps(component({})))
    for schema, file in [
        ("vendor.github-actions", EXAMPLES / "action/action.yml"), ("vendor.github-workflows", EXAMPLES / "github-actions.yml"),
        ("vendor.gitlab-ci", EXAMPLES / "gitlab-ci.yml"), ("vendor.gitlab-ci", scratch / "component.yml"),
    ]:
        done = subprocess.run([TOOLS / "check-jsonschema", "--builtin-schema", schema, file], capture_output=True, encoding="utf-8")
        expect(done.returncode == 0, f"{file.name} is not what {schema} says:\n{done.stdout}{done.stderr}")
    done = subprocess.run(
        [TOOLS / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"], capture_output=True, encoding="utf-8")
    expect(done.returncode == 0, f".pre-commit-hooks.yaml:\n{done.stdout}{done.stderr}")


def main(program):
    with tempfile.TemporaryDirectory(prefix="np-ci.") as scratch:
        scratch = pathlib.Path(scratch)
        check_schemas(scratch)
        for number, state in enumerate(ENDS):
            runs = [
                lambda repository: try_github(repository, state, "action"), lambda repository: try_github(repository, state, "workflow"),
                lambda repository: try_gitlab(repository, state, "component"), lambda repository: try_gitlab(repository, state, "pipeline"),
                lambda repository: try_hooks(repository, state, scratch),
            ]
            for run_number, run in enumerate(runs):
                folder = scratch / f"{number}-{run_number}"
                folder.mkdir()
                run(Repository(folder, program, state))
        print(f"ci: hook, action, component and both pipelines are what their services expect, and end as they must ({', '.join(ENDS)})")


if __name__ == "__main__":
    main(sys.argv[1])
