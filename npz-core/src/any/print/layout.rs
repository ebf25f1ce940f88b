//! Brackets, lines and indents. Mirrors `_formatArray` of NumPy's `arrayprint.py`.

/// NumPy's `edgeitems`: what is shown at each end of a long axis.
pub(super) const EDGE: usize = 3;

/// How the cells are put together.
pub(super) struct Layout<'a> {
    /// How many cells of each axis are shown.
    pub(super) shown: &'a [usize],
    /// Whether there are more.
    pub(super) is_cut: &'a [bool],
    pub(super) separator: &'a str,
}

impl Layout<'_> {
    /// Takes the words of all shown cells in C order.
    pub(super) fn text(&self, words: &[String], indent: usize, width: usize) -> String {
        self.axis(0, words, indent, width)
    }

    fn axis(&self, axis: usize, words: &[String], indent: usize, width: usize) -> String {
        let (Some(&len), Some(&is_cut)) = (self.shown.get(axis), self.is_cut.get(axis)) else {
            return words.first().cloned().unwrap_or_default();
        };
        let mut out = String::from("[");
        if axis + 1 == self.shown.len() {
            self.row(&mut out, words, is_cut, indent, width - 1);
        } else {
            let feeds = "\n".repeat(self.shown.len() - axis - 1);
            let next = format!("{}{feeds}{}", self.separator.trim_end(), " ".repeat(indent));
            let part = words.len() / len.max(1);
            for (i, words) in words.chunks(part.max(1)).enumerate() {
                if i > 0 {
                    out += &next;
                }
                if is_cut && i == EDGE {
                    out += "...";
                    out += &next;
                }
                out += &self.axis(axis + 1, words, indent + 1, width - 1);
            }
        }
        out.push(']');
        out
    }

    /// The last axis: as many cells on a line as there is room for.
    fn row(&self, out: &mut String, words: &[String], is_cut: bool, indent: usize, width: usize) {
        // The bracket before the row stands in the indent.
        let mut column = indent;
        let mut is_first = true;
        let mut put = |word: &str| {
            if !is_first {
                out.push_str(self.separator);
                column += self.separator.len();
            }
            let len = word.chars().count();
            // A line that is empty gains nothing by another.
            if column + len > width && column > indent {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            }
            out.push_str(word);
            column += len;
            is_first = false;
        };
        for (i, word) in words.iter().enumerate() {
            if is_cut && i == EDGE {
                put("...");
            }
            put(word);
        }
    }
}
