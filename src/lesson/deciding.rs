//! Which line of a block decides the questions asked before it: their answers are told behind that line. Not what the answers are.

use super::answer::AnswerFrom;
use super::lab::{Lab, LabLine};
use super::question::Question;

/// The number in the file of the line that decides all of these questions; `None` when only the whole block does.
pub fn deciding_line(questions: &[&Question], lab: &Lab) -> Option<usize> {
    let lines = questions
        .iter()
        .map(|question| decided_by(question.answer_from.as_ref()?, lab))
        .collect::<Option<Vec<usize>>>()?;
    lines.into_iter().max()
}

/// The last line that makes the call, or gives a value to a name, that the answer is read from.
fn decided_by(from: &AnswerFrom, lab: &Lab) -> Option<usize> {
    let lines = || lab.lines.iter().filter(|line| !line.is_comment());
    let line = match from {
        AnswerFrom::Result(call, _) | AnswerFrom::Errno(call, _) => {
            lines().rfind(|line| makes(line, call))
        }
        AnswerFrom::Value(expression, _) => {
            let names: Vec<&str> = words(expression).collect();
            lines().rfind(|line| assigned(&line.text).any(|name| names.contains(&name)))
        }
        AnswerFrom::State(_)
        | AnswerFrom::Count(_)
        | AnswerFrom::FieldOf(..)
        | AnswerFrom::FieldOfNumber(..) => None,
    }?;
    returns(line).then_some(line.line)
}

/// True when a line makes this call by its name, or says that it was made: `poll e 0` makes `epoll_wait`.
fn makes(line: &LabLine, call: &str) -> bool {
    let demands = line.demands.iter().map(|demand| demand.text.as_str());
    std::iter::once(line.text.as_str())
        .chain(demands)
        .any(|text| words(text).any(|word| word == call))
}

/// False when a line's call may still sleep as the next one is typed.
fn returns(line: &LabLine) -> bool {
    let is_job = line.text.trim_end().ends_with('&');
    !is_job
        && !line
            .demands
            .iter()
            .any(|demand| demand.text.starts_with("blocked"))
}

/// The names that the commands of a line give values to.
fn assigned(text: &str) -> impl Iterator<Item = &str> {
    text.split(';')
        .filter_map(|command| command.split_once(" = "))
        .flat_map(|(names, _)| words(names.rsplit("> ").next().unwrap_or(names)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::lab::read_lines;

    #[test]
    fn an_answer_is_known_behind_the_line_that_decides_it() {
        const LINES: &str = "server> s = socket\nlab> connect c 127.0.0.1:5000\n  ok\nserver> conn, addr = accept s\nserver> poll e 0\n  epoll_wait = 1\nserver> here = getsockname conn; x = 1\nserver> late = recv conn\n  blocked server\nlab> send c \"x\"\n";
        let lab = Lab {
            lines: read_lines(LINES, 1).lines,
            ..Lab::default()
        };
        let question = |from: &str| Question {
            ask: String::new(),
            choices: Vec::new(),
            answer: None,
            answer_from: Some(AnswerFrom::parse(from).expect("it is right")),
            because: String::new(),
        };
        for (from, line) in [
            ("errno of connect", Some(2)),
            ("result of accept in server", Some(4)),
            ("result of epoll_wait in server", Some(5)),
            ("server> value of here[1]", Some(7)),
            ("server> value of addr", Some(4)),
            // The call still sleeps behind its line.
            ("server> value of len(late)", None),
            ("packets where tcp", None),
            ("state of c", None),
        ] {
            assert_eq!(deciding_line(&[&question(from)], &lab), line, "{from}");
        }
        let (early, late) = (question("errno of connect"), question("server> value of x"));
        assert_eq!(deciding_line(&[&early, &late], &lab), Some(7));
        let unread = Question {
            answer: Some("no".to_owned()),
            answer_from: None,
            ..question("errno of connect")
        };
        assert_eq!(deciding_line(&[&early, &unread], &lab), None);
    }
}
