//! Elements that escape whatever they hold.

/// An element, or a text where the name is empty.
pub(super) struct Element {
    name: &'static str,
    attributes: String,
    /// Markup already escaped.
    content: String,
}

pub(super) fn element(name: &'static str) -> Element {
    Element { name, attributes: String::new(), content: String::new() }
}

/// Nothing at all.
pub(super) fn nothing() -> Element {
    element("")
}

/// Text of this program that is no markup of its own; never a value.
pub(super) fn raw(content: &'static str) -> Element {
    Element { content: content.to_owned(), ..nothing() }
}

impl Element {
    pub(super) fn attribute(mut self, name: &str, value: &str) -> Element {
        let value = escape(value);
        self.attributes.extend([" ", name, "=\"", &value, "\""]);
        self
    }

    pub(super) fn class(self, class: &str) -> Element {
        self.attribute("class", class)
    }

    pub(super) fn text(mut self, text: &str) -> Element {
        self.content.push_str(&escape(text));
        self
    }

    pub(super) fn child(mut self, child: Element) -> Element {
        child.render_into(&mut self.content);
        self
    }

    pub(super) fn all(self, children: impl IntoIterator<Item = Element>) -> Element {
        children.into_iter().fold(self, Element::child)
    }

    pub(super) fn render(self) -> String {
        let mut out = String::new();
        self.render_into(&mut out);
        out
    }

    fn render_into(self, out: &mut String) {
        let Element { name, attributes, content } = self;
        match name {
            "" => out.push_str(&content),
            "wbr" => out.push_str("<wbr>"),
            "meta" | "img" => out.extend(["<", name, &attributes, ">\n"]),
            _ => out.extend(["<", name, &attributes, ">", &content, "</", name, ">", end(name)]),
        }
    }
}

/// A line end where blanks are not shown, so that the source can be read and compared.
fn end(name: &str) -> &'static str {
    match name {
        "tr" | "th" | "td" | "li" | "figure" | "section" | "article" | "head" | "header"
        | "main" | "style" | "title" | "h1" | "h2" | "h3" | "div" | "dl" | "thead" | "tbody" => {
            "\n"
        }
        _ => "",
    }
}

/// Text for between tags and for attributes in double quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::super::text::clean_lines(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_it_holds_is_escaped() {
        let built = element("p").attribute("title", "\"><b>").text("</p><script>&'").render();
        assert_eq!(
            built,
            "<p title=\"&quot;&gt;&lt;b&gt;\">&lt;/p&gt;&lt;script&gt;&amp;&#39;</p>"
        );
        assert_eq!(element("p").text("a\u{1b}\nb").render(), "<p>a\\u001b\nb</p>");
    }
}
