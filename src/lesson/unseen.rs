//! A lesson for a machine that shows no packets: what it expects of packets is left out, everything else stays. Not whether packets are
//! seen.

use super::answer::AnswerFrom;
use super::document::{Block, Lesson};
use super::lab::{Demand, Lab, LabLine};
use super::sequence::Sequence;
use crate::command::expectation::Expectation;

impl Lesson {
    /// The lesson without whatever only packets can prove. A question keeps its answer where it states one; a task that nothing else
    /// tells of becomes a remark.
    #[must_use]
    pub fn without_packets(mut self) -> Self {
        // Figures are drawn from packets.
        self.blocks
            .retain(|placed| !matches!(placed.block, Block::Figure(_)));
        for placed in &mut self.blocks {
            match &mut placed.block {
                Block::Lab(lab) => blind(lab),
                Block::Quiz(question) => {
                    let seen = question.answer_from.as_ref().is_some_and(is_of_packets);
                    if seen {
                        question.answer_from = None;
                        question
                            .answer
                            .get_or_insert_with(|| "known only where packets are seen".to_owned());
                    }
                }
                Block::Task(task) => {
                    task.check.retain(|demand| !is_about_packets(demand));
                    if task.check.is_empty() {
                        placed.block = Block::Prose(format!(
                            "{}\n\n(Only packets can prove that this was done, and this machine shows none.)\n",
                            task.goal
                        ));
                    }
                }
                Block::Program(task) => {
                    let cases = task.cases.iter_mut();
                    cases.flat_map(|case| &mut case.lines).for_each(blind_line);
                }
                Block::Prose(_) | Block::File { .. } | Block::Figure(_) => {}
            }
        }
        self
    }
}

fn blind(lab: &mut Lab) {
    lab.lines.iter_mut().for_each(blind_line);
}

fn blind_line(line: &mut LabLine) {
    line.packets = Sequence::default();
    line.demands.retain(|demand| !is_about_packets(demand));
}

fn is_about_packets(demand: &Demand) -> bool {
    matches!(
        demand.claim.expectation,
        Expectation::Packet { .. } | Expectation::Seen(_)
    )
}

fn is_of_packets(from: &AnswerFrom) -> bool {
    matches!(
        from,
        AnswerFrom::FieldOfNumber(..) | AnswerFrom::FieldOf(..) | AnswerFrom::Count(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_packets_can_prove_is_left_out_and_the_rest_stays() {
        let text = "# t\n\n```quiz\nask = \"?\"\nanswer = \"1\"\nanswer_from = \"packets where tcp\"\n```\n\n```lab\nconnect c :5000\n  c -> s [SYN]\n  no packet udp\n  c: ESTABLISHED\n```\n\n```task\ngoal = \"g\"\ncheck = [\"packet [RST]\", \"errno ECONNREFUSED\"]\nsolution = \"x = 1\"\n```\n\n```task\ngoal = \"h\"\ncheck = [\"packet [RST]\"]\nsolution = \"x = 1\"\n```\n";
        let lesson = Lesson::read("x.md", text).expect("it is right");
        let blocks = lesson.without_packets().blocks;
        let kept = |place: usize| &blocks[place].block;
        assert!(matches!(kept(0), Block::Quiz(quiz)
            if quiz.answer_from.is_none() && quiz.answer.as_deref() == Some("1")));
        assert!(matches!(kept(1), Block::Lab(lab)
            if lab.lines[0].packets.items.is_empty() && lab.lines[0].demands.len() == 1));
        assert!(matches!(kept(2), Block::Task(task) if task.check.len() == 1));
        assert!(matches!(kept(3), Block::Prose(text) if text.starts_with("h\n")));
    }
}
