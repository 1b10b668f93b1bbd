#!/usr/bin/python
"""Brings a KVM host to what its site file says, with the program numactl-plan."""

from __future__ import annotations

import json
import os
import tempfile

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: numactl_plan
short_description: Place KVM guests on NUMA cells and reserve huge pages with numactl-plan
description:
  - Plans with C(numactl-plan plan) and applies changes, if any, with C(numactl-plan apply).
  - In check mode only the plan is made, also for a site file that is not on the host yet; nothing is written.
  - The changed status is the program's own report; C(--diff) shows each setting before and after.
options:
  site:
    description: The site file on the host.
    type: path
    default: /etc/numactl-plan/site.yaml
  content:
    description: The contents of the site file. Without it the present file is used.
    type: str
  host:
    description: The entry of the site's hosts, if not the machine's name.
    type: str
  connect:
    description: The libvirt connection, if not the one of the site file.
    type: str
  consent:
    description: Allow changes that need consent, as C(--yes) does. Without it they fail and nothing is changed.
    type: bool
    default: false
  options:
    description: Further options of both commands, such as C(--prune) or C(--restart=web01).
    type: list
    elements: str
    default: []
  apply_options:
    description: Further options of apply alone, such as C(--shutdown-timeout=300).
    type: list
    elements: str
    default: []
  program:
    description: The program.
    type: path
    default: numactl-plan
"""

RETURN = r"""
plan:
  description: The document of numactl-plan plan.
  returned: when a plan could be made
  type: dict
result:
  description: The document of numactl-plan apply.
  returned: when something had to be changed, except in check mode
  type: dict
exit:
  description: Code and name of the last exit status of the program.
  returned: always
  type: dict
restart_pending:
  description: The guests that wait for a restart.
  returned: always
  type: list
"""

# What plan ends with when it could be made: nothing to do, differences, a restart pending.
PLANNED = (0, 2, 3)


class Host:
    """The program on this host."""

    def __init__(self, module):
        self.module = module
        parameters = module.params
        self.program = parameters["program"]
        self.options = list(parameters["options"])
        for name in ("host", "connect"):
            if parameters[name]:
                self.options += ["--" + name, parameters[name]]
        # Names in the file are relative to its folder, also while it is read from standard input.
        self.folder = os.path.dirname(os.path.abspath(parameters["site"]))

    def run(self, verb, site, options, data=None):
        """Runs a command; returns its status, its document if it printed one, and what it said beside that."""
        arguments = [self.program, verb, site, "--format", "json"] + self.options + options
        folder = self.folder if os.path.isdir(self.folder) else None
        status, output, errors = self.module.run_command(arguments, data=data, binary_data=False, cwd=folder)
        try:
            document = json.loads(output)
        except ValueError:
            document = None
        return status, document, errors.strip() or (output.strip() if document is None else "")


def value(setting):
    if isinstance(setting, bool):
        return "yes" if setting else "no"
    return setting


def difference(plan):
    """The plan's changes as Ansible shows differences."""
    sections = []
    for change in plan.get("changes", []):
        title = "%s (%s, impact: %s)" % (change["address"], change["action"], change["disruption"])
        parts = [part for part in change.get("parts", []) if part["now"] != part["want"]]
        before = ["%s: %s" % (part["path"], value(part["now"])) for part in parts if part["now"] is not None]
        after = ["%s: %s" % (part["path"], value(part["want"])) for part in parts if part["want"] is not None]
        if not parts:
            after = [change["action"]]
        sections.append({
            "before_header": title, "after_header": title,
            "before": "".join(line + "\n" for line in before), "after": "".join(line + "\n" for line in after),
        })
    return sections


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(module, path, content):
    handle, name = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    os.chmod(name, 0o644)
    module.atomic_move(name, path)


def main():
    module = AnsibleModule(
        argument_spec={
            "site": {"type": "path", "default": "/etc/numactl-plan/site.yaml"},
            "content": {"type": "str"},
            "host": {"type": "str"},
            "connect": {"type": "str"},
            "consent": {"type": "bool", "default": False},
            "options": {"type": "list", "elements": "str", "default": []},
            "apply_options": {"type": "list", "elements": "str", "default": []},
            "program": {"type": "path", "default": "numactl-plan"},
        },
        supports_check_mode=True,
    )
    host, site, content = Host(module), module.params["site"], module.params["content"]
    present = read(site)
    is_new = content is not None and content != present
    answer = {"changed": False, "diff": [], "restart_pending": []}
    if is_new:
        answer["diff"].append(
            {"before_header": site, "after_header": site, "before": present or "", "after": content})

    # Before anything is written: does the new file read, and does everything fit?
    source, data = ("-", content) if content is not None else (site, None)
    status, plan, said = host.run("plan", source, ["--detailed-exitcode"], data)
    if plan is not None:
        answer.update(plan=plan, exit=plan["exit"], restart_pending=plan["restart_pending"])
        answer["diff"] += difference(plan)
    answer.setdefault("exit", {"code": status, "name": "failed"})
    if status not in PLANNED or plan is None:
        fail(module, answer, status, reason("plan", status, plan, said))
    refused = ["%s: %s" % (change["address"], change["consent"]) for change in plan["changes"] if change.get("consent")]
    agreed = module.params["consent"] or "--yes" in module.params["apply_options"]
    if module.check_mode:
        if refused and not agreed:
            module.warn("needs consent: " + "; ".join(refused))
        answer["changed"] = is_new or status == 2
        module.exit_json(**answer)
    if refused and not agreed:
        answer["exit"] = {"code": 15, "name": "needs_consent"}
        fail(module, answer, 15, "nothing was changed, consent is needed: " + "; ".join(refused))

    if is_new:
        if not os.path.isdir(host.folder):
            os.makedirs(host.folder, 0o755)
        write(module, site, content)
        answer["changed"] = True
    if status == 2:
        options = module.params["apply_options"] + (["--yes"] if module.params["consent"] else [])
        status, result, said = host.run("apply", site, options)
        if result is not None:
            answer.update(result=result, exit=result["exit"])
            answer["restart_pending"] = result.get("restart_pending", answer["restart_pending"])
            answer["changed"] = is_new or bool(result.get("changed"))
        if status != 0:
            answer["exit"] = result["exit"] if result else {"code": status, "name": "failed"}
            fail(module, answer, status, reason("apply", status, result, said))
    module.exit_json(**answer)


def fail(module, answer, status, message):
    """Ends with a failure. Of the documents only the findings are kept: Ansible prints all of a failed answer."""
    document = answer.pop("result", None) or answer.pop("plan", None) or {}
    answer.pop("plan", None)
    module.fail_json(msg=message, rc=status, diagnostics=document.get("diagnostics", []), **answer)


def reason(verb, status, document, said):
    """One message: how the command ended, and the first thing that it found wrong."""
    name = document["exit"]["name"] if document else "exit status"
    findings = [entry for entry in (document or {}).get("diagnostics", []) if entry["severity"] == "error"]
    detail = "%s: %s" % (findings[0]["code"], findings[0]["message"]) if findings else (said or "it said nothing")
    return "numactl-plan %s ended with %d (%s): %s" % (verb, status, name, detail)


if __name__ == "__main__":
    main()
