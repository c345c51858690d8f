//! How much of the laboratory this machine allows: found by trying, from the full lab down to calls without packets.

use std::path::Path;

/// A way to have a lab, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// A private network in a user namespace: no root needed.
    Private,
    /// A private network that root makes without a user namespace.
    PrivateAsRoot,
    /// The machine's own network, with the inspector (CAP_NET_RAW).
    Loopback,
    /// The machine's own network, without packets: calls and kernel states only.
    CallsOnly,
}

impl Tier {
    /// True when the lab has a network of its own.
    pub fn is_private(self) -> bool {
        matches!(self, Self::Private | Self::PrivateAsRoot)
    }

    /// The tier in the words of the first line on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::Private => "private network ready (no root needed)",
            Self::PrivateAsRoot => "private network ready (made as root)",
            Self::Loopback => "on this machine's own network",
            Self::CallsOnly => "on this machine's own network, without packets",
        }
    }
}

/// One attempt and how it ended, for `socklab doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried.
    pub tier: Tier,
    /// The namespaces asked for, by their flags' names.
    pub namespaces: String,
    /// `None` when it worked; otherwise the step and its error.
    pub failure: Option<String>,
}

/// What lifts the limit that the attempts met: one command, with what it does. Reads the settings of this machine.
pub fn remedy(attempts: &[Attempt]) -> Option<String> {
    if attempts
        .iter()
        .any(|attempt| attempt.failure.is_none() && attempt.tier.is_private())
    {
        return withheld(attempts).map(allow);
    }
    Some(refused_namespaces())
}

/// The kind of namespace that a private lab had to do without because this machine allows none: an attempt with it failed.
pub fn withheld(attempts: &[Attempt]) -> Option<&'static str> {
    let failed = attempts.iter().any(|attempt| attempt.failure.is_some());
    let made = attempts
        .iter()
        .any(|attempt| attempt.failure.is_none() && attempt.tier.is_private());
    if failed && made {
        forbidden_kind(&setting)
    } else {
        None
    }
}

fn allow(kind: &str) -> String {
    format!("sudo sysctl -w user.max_{kind}_namespaces=10000    (no {kind} namespace is allowed)")
}

fn setting(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned())
}

/// What lifts the limit when namespaces or what a lab needs of the kernel are refused.
pub fn refused_namespaces() -> String {
    if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1") {
        return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0    (AppArmor withholds capabilities in user namespaces)"
            .to_owned();
    }
    if setting("/proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0") {
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1    (user namespaces are switched off)".to_owned();
    }
    if let Some(none) = forbidden_kind(&setting) {
        return allow(none);
    }
    // Field `Seccomp` of proc_pid_status(5): 2 is a filter, which may refuse any call.
    let is_filtered = setting("/proc/self/status").is_some_and(|text| text.contains("Seccomp:\t2"));
    let is_container =
        Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists();
    if is_container {
        return "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined …    (this container's filter refuses it)".to_owned();
    }
    if is_filtered {
        return "run it without the seccomp filter that this process is under (a sandbox, or SystemCallFilter= of its systemd unit: systemd-run --user --pty socklab)".to_owned();
    }
    "sudo setcap cap_net_raw+ep \"$(command -v socklab)\"    (namespaces are refused; this at least gives the inspector)".to_owned()
}

/// The kind of namespace of which this machine allows none (namespaces(7), /proc/sys/user).
fn forbidden_kind(setting: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    ["user", "net", "pid", "mnt", "uts", "ipc"]
        .into_iter()
        .find(|kind| {
            setting(&format!("/proc/sys/user/max_{kind}_namespaces")).as_deref() == Some("0")
        })
}
