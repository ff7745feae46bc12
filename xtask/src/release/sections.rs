//! Splits Markdown into sections at its headings.

use pulldown_cmark::{Event, Parser, Tag};

/// A heading and the blocks up to the next heading.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// The byte offset of the heading.
    pub(super) offset: usize,
    /// The line number of the heading.
    pub(super) line: usize,
    /// The level of the heading, from 1; 0 for the text above the first heading.
    pub(super) level: usize,
    /// The text of the heading.
    pub(super) title: String,
    /// The blocks below the heading.
    pub(super) blocks: Vec<Block>,
}

/// A paragraph, a list, or another block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The number of the first line.
    pub(super) line: usize,
    /// Whether the block is a paragraph.
    pub(super) is_paragraph: bool,
    /// The text without HTML.
    pub(super) text: String,
}

/// The sections of a text. A heading nested in another block, such as a list, does not start a section.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let line_ends: Vec<_> = text.match_indices('\n').map(|(end, _)| end).collect();
    let line = |offset: usize| line_ends.partition_point(|end| *end < offset).saturating_add(1);
    let (mut above, mut section) = (Vec::new(), Section::default());
    let (mut depth, mut is_heading) = (0_usize, false);
    for (event, range) in Parser::new(text).into_offset_iter() {
        let words = match event {
            Event::Start(tag) => {
                if depth == 0 {
                    let (offset, line) = (range.start, line(range.start));
                    is_heading = false;
                    match tag {
                        Tag::Heading { level, .. } => {
                            is_heading = true;
                            let next = Section { offset, line, level: level as usize, ..Section::default() };
                            above.push(std::mem::replace(&mut section, next));
                        }
                        tag => {
                            let is_paragraph = tag == Tag::Paragraph;
                            section.blocks.push(Block { line, is_paragraph, text: String::new() });
                        }
                    }
                }
                depth = depth.saturating_add(1);
                continue;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Event::Text(words) | Event::Code(words) => words,
            Event::SoftBreak | Event::HardBreak => "\n".into(),
            _ => continue,
        };
        if is_heading {
            section.title.push_str(&words);
        } else if let Some(block) = section.blocks.last_mut() {
            block.text.push_str(&words);
        }
    }
    above.push(section);
    for section in &mut above {
        section.title = one_line(&section.title);
    }
    above
}

/// A text with a single space for all white space between two words.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(text: &str) -> Vec<(usize, usize, String)> {
        let headings = sections(text).into_iter().skip(1);
        headings.map(|section| (section.line, section.level, section.title)).collect()
    }

    #[test]
    fn heading_has_its_line_its_level_and_its_text() {
        let expected = [(1, 1, "One"), (3, 2, "Two three"), (5, 3, "Four"), (6, 2, "Five")];
        let expected = expected.map(|(line, level, title)| (line, level, title.to_owned()));
        for newline in ["\n", "\r\n"] {
            let text = "# One\n\n##  Two  `three` ##\n\n### [Four](to)\nFive\n---\n".replace('\n', newline);
            assert_eq!(headings(&text), expected);
        }
    }

    #[test]
    fn heading_nested_in_another_block_does_not_start_a_section() {
        for text in [
            "```sh\n## a\n~~~\n```\n",
            "~~~\n## a\n```\n~~~\n",
            "- list\n  ```\n  ## a\n  ```\n",
            "    ## a\n",
            "<!--\n## a\n-->\n",
            "<!-- never closed\n\n## a\n",
            "> ## a\n",
            "- ## a\n",
            "##a\n",
            "\u{feff}## a\n",
            "\\## a\n",
        ] {
            assert_eq!(headings(text), [], "{text:?}");
            let below = headings(&format!("{text}\n## b\n"));
            assert_eq!(below.is_empty(), text.contains("never closed"), "{text:?}");
        }
    }

    #[test]
    fn block_has_its_line_and_its_text_without_html() {
        let text = "above\n\n# One\n\n<!-- a\nb -->\n\nc <!-- d --> `e`\nf\n\n- g\n  - h\n\n***\n";
        let blocks: Vec<_> = sections(text).into_iter().flat_map(|section| section.blocks).collect();
        let blocks: Vec<_> = blocks.iter().map(|block| (block.line, block.is_paragraph, block.text.as_str())).collect();
        assert_eq!(blocks, [(1, true, "above"), (5, false, ""), (8, true, "c  e\nf"), (11, false, "gh")]);
    }
}
