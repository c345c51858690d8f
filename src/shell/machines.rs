//! The machines of the lab: hosts, the wire that joins them, the settings of their kernels; and the picture of it all.

use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::command::wire::WireOrder;
use crate::event::wire::RuleRow;
use crate::render::lab::{HostBox, Picture, Resident};
use crate::render::styled::{Style, Styled};
use crate::render::{self};
use crate::session::Session;
use crate::session::hosts::NO_WIRE;

impl Shell {
    pub(super) fn host(&mut self, call: &Call, screen: &mut dyn Screen) {
        let Some(name) = word(call, 0) else { return };
        let address = word(call, 1);
        if let Some(machine) = self.session.hosts().named(&name) {
            let same = address.as_ref().is_none_or(|wanted| {
                machine
                    .addresses()
                    .iter()
                    .any(|address| address.to_string() == *wanted)
            });
            if !same {
                let reason = format!(
                    "there is a host {name} already, and its address is not {}; `lab` shows the hosts",
                    address.unwrap_or_default().escape_debug()
                );
                return self.refuse("", reason, screen);
            }
            // A script that names its hosts at its head may be loaded twice.
            if self.session.process(&name).is_some() {
                self.current = name;
                return;
            }
            return self.process_on(&name, &name, screen);
        }
        match self.session.make_host(&name, address.as_deref()) {
            Ok(()) => self.current = name,
            Err(error) => self.refuse("", error.to_string(), screen),
        }
    }

    pub(super) fn wire(&mut self, call: &Call, screen: &mut dyn Screen) {
        let order = match WireOrder::parse(&word(call, 0).unwrap_or_default()) {
            Ok(order) => order,
            // The line was read once before; a rule that reached this place as a value is read here.
            Err(diagnostic) => return self.refuse("", diagnostic.to_string(), screen),
        };
        match self.session.move_held(&order) {
            Ok(rules) => {
                let text = match (&order, rules.iter().max_by_key(|rule| rule.number)) {
                    (WireOrder::Add(_), Some(newest)) => {
                        render::lab::rules(std::slice::from_ref(newest))
                    }
                    (
                        WireOrder::Step(_)
                        | WireOrder::StepFrame(_)
                        | WireOrder::Lose(_)
                        | WireOrder::Release,
                        _,
                    ) => Styled::new(),
                    _ => render::lab::rules(&rules),
                };
                let mut text = text;
                let held = self.session.in_the_air();
                if order == WireOrder::List && !held.is_empty() {
                    let held: Vec<String> =
                        held.iter().map(|number| format!("#{number}")).collect();
                    text.say(Style::Plain, 5, &format!("in the air: {}", held.join(", ")));
                }
                self.paged(&text, screen);
                self.show_events(screen);
            }
            Err(reason) => self.refuse("", reason, screen),
        }
    }

    pub(super) fn sysctl(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let Some(name) = word(call, 0) else { return };
        // As a shell would hand it on: `sysctl tcp_rmem "4096 131072 6291456"`.
        let unquoted = |value: String| {
            let value = value.trim();
            let inner = ['"', '\'']
                .into_iter()
                .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
            inner.unwrap_or(value).to_owned()
        };
        let value = word(call, 1)
            .map(unquoted)
            .filter(|value| !value.is_empty());
        let paths = match setting_paths(&name) {
            Ok(paths) => paths,
            Err(reason) => return self.refuse(process, reason, screen),
        };
        if value.is_some() && self.session.is_shared_network() {
            let reason = "this session uses the machine's own network: its settings can be shown here, but not set".to_owned();
            return self.refuse(process, reason, screen);
        }
        let Some(host) = self.session.process(process).map(|one| one.host.clone()) else {
            return;
        };
        let mut refused = String::new();
        for path in paths {
            let shown = path.replace('/', ".");
            match self
                .session
                .sysctl(&host, &path, value.as_deref().map(str::trim))
            {
                Ok(text) => {
                    self.teller
                        .hear("", format!("net.{shown} = {text}").as_bytes());
                    let text = render::lab::setting(&host, &format!("net.{shown}"), &text);
                    return self.paged(&text, screen);
                }
                Err(error) => {
                    let errno = error.to_string();
                    let absent = errno.contains("No such file");
                    if refused.is_empty() || !absent {
                        refused = if absent {
                            format!(
                                "there is no setting net.{shown} for a host; tcp_sack, net.ipv4.tcp_retries2 and net.ipv6.conf.eth0.hop_limit are such names"
                            )
                        } else if errno.contains("Invalid argument") {
                            format!(
                                "net.{shown} does not take the value {}",
                                value.as_deref().unwrap_or_default()
                            )
                        } else {
                            format!("net.{shown}: {errno}")
                        };
                    }
                }
            }
        }
        self.refuse(process, refused, screen);
    }

    pub(super) fn lab(&mut self, screen: &mut dyn Screen) {
        let rules = self.session.wire(&WireOrder::List).ok();
        let text = render::lab::draw(&picture(&self.session, rules.as_deref()), &screen.look());
        self.paged(&text, screen);
    }
}

/// Where a setting lies under /proc/sys/net: under each table of it when only the last word is given.
fn setting_paths(name: &str) -> Result<Vec<String>, String> {
    let path = name
        .trim()
        .trim_start_matches("net.")
        .trim_start_matches("net/")
        .replace('.', "/");
    let fit = path.split('/').all(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    });
    if !fit {
        return Err(format!(
            "{} is not a setting of the network: tcp_sack, net.ipv4.tcp_retries2 and net.ipv6.conf.eth0.hop_limit are such names",
            name.chars().take(60).collect::<String>().escape_debug()
        ));
    }
    Ok(if path.contains('/') {
        vec![path]
    } else {
        ["ipv4", "core", "ipv6"]
            .iter()
            .map(|table| format!("{table}/{path}"))
            .collect()
    })
}

/// The machines and who lives on them, for the picture.
fn picture<'a>(session: &'a Session, rules: Option<&'a [RuleRow]>) -> Picture<'a> {
    let hosts = session.hosts().all().iter().map(|machine| {
        let mut residents: Vec<Resident> = Vec::new();
        for process in session
            .processes()
            .iter()
            .filter(|one| one.host == machine.name)
        {
            let doing = process.works().next().map(|(_, work)| {
                work.call
                    .as_ref()
                    .map_or_else(|| work.text.clone(), |call| call.invocation.clone())
            });
            residents.push(Resident {
                name: process.name.clone(),
                pid: (process.pid, process.keeper_pid),
                doing: doing.unwrap_or_else(|| "free".to_owned()),
            });
        }
        for program in session
            .programs()
            .iter()
            .filter(|one| one.host == machine.name)
        {
            residents.push(Resident {
                name: program.name.clone(),
                pid: (program.pid, program.keeper_pid),
                doing: session.doing(program),
            });
        }
        HostBox {
            name: &machine.name,
            addresses: machine.addresses(),
            residents,
        }
    });
    Picture {
        tier: session.lab().tier().words(),
        keeper_pid: session.lab().keeper_pid(),
        private: !session.is_shared_network(),
        hosts: hosts.collect(),
        rules,
        lost: session.wire_is_gone().then_some(NO_WIRE),
    }
}

#[cfg(test)]
mod tests {
    use super::setting_paths;

    #[test]
    fn a_setting_is_found_by_its_last_word_or_by_its_whole_name_and_never_outside_the_network() {
        assert_eq!(
            setting_paths("tcp_sack").expect("a name"),
            ["ipv4/tcp_sack", "core/tcp_sack", "ipv6/tcp_sack"]
        );
        for whole in ["net.ipv4.tcp_sack", "net/ipv4/tcp_sack", "ipv4.tcp_sack"] {
            assert_eq!(setting_paths(whole).expect("a name"), ["ipv4/tcp_sack"]);
        }
        for outside in [
            "../kernel/hostname",
            "net..x",
            "/etc/passwd",
            "",
            "a b",
            "tcp_sack\n",
        ] {
            let refused = setting_paths(outside).is_err()
                || !setting_paths(outside)
                    .is_ok_and(|paths| paths.iter().any(|path| path.contains("..")));
            assert!(refused, "{outside}");
        }
    }
}
