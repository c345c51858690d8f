//! The page as a document: live, fed by its server, or whole in a file, with its events inside. One style and one script for both.

use super::News;
use super::detail::Details;
use std::fmt::Write;

/// How the page looks.
pub(super) const STYLE: &str = include_str!("web/page.css");

/// What the page does.
pub(super) const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("web/model.js"),
    include_str!("web/draw.js"),
    include_str!("web/ladder.js"),
    include_str!("web/states.js"),
    include_str!("web/panels.js"),
    include_str!("web/packet.js"),
    include_str!("web/main.js"),
    "})();\n"
);

/// The elements of the page, before the script fills them.
const BODY: &str = include_str!("web/body.html");

/// In a file at most this many packets have their fields and bytes, and at most this many bytes of their frames.
const DETAILED: usize = 10_000;
const DETAILED_BYTES: usize = 8 << 20;

/// The page that the server gives out.
pub(super) fn live() -> String {
    let head = "<link rel=\"stylesheet\" href=\"page.css\"/>\n<script src=\"page.js\" defer=\"defer\"></script>";
    document("A socklab session", head, "")
}

/// The page as a file of its own: everything that was told is inside it. Its script is the one of socklab: nothing of what was told can
/// become one, and nothing is asked for from elsewhere.
pub fn whole(title: &str, news: &[News]) -> String {
    let mut details = Details::default();
    let mut bytes = 0;
    for packet in news
        .iter()
        .filter_map(|one| one.packet.as_ref())
        .take(DETAILED)
    {
        bytes += packet.frame.bytes.len();
        if bytes > DETAILED_BYTES {
            break;
        }
        details.add(packet);
    }
    // A browser that believes the nonce runs these two elements, and no other script.
    let head = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'nonce-socklab'; style-src 'nonce-socklab'; img-src data:; base-uri 'none'; form-action 'none'\"/>\n\
         <style nonce=\"socklab\">{STYLE}</style>"
    );
    let mut data = String::from("<script type=\"application/json\" id=\"events\">\n");
    for one in news {
        data.push_str(&shut_in(&one.json));
        data.push('\n');
    }
    // Writing into a String cannot fail.
    let _ = write!(
        data,
        "</script>\n<script type=\"application/json\" id=\"details\">{}</script>\n<script nonce=\"socklab\">//<![CDATA[\n{SCRIPT}//]]></script>",
        shut_in(&details.json())
    );
    document(title, &head, &data)
}

/// JSON that cannot end the element it stands in, for readers of HTML and of XML: `<` and `&` only occur in its strings.
fn shut_in(json: &str) -> String {
    json.replace('<', "\\u003c").replace('&', "\\u0026")
}

fn document(title: &str, head: &str, foot: &str) -> String {
    let title = crate::render::svg::xml(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n<title>{title}</title>\n<link rel=\"icon\" href=\"data:,\"/>\n{head}\n</head>\n<body>\n{BODY}{foot}\n</body>\n</html>\n"
    )
}
