/// How a page looks, in light and in dark, on paper, and on a narrow screen.
///
/// It is read by browsers as it stands, so it holds none of the characters that would be escaped. A test takes the colours out of it
/// and measures their contrast.
enum HTMLStyle {
    static let text = colors + drawing + layout

    private static let colors = """
        :root { color-scheme: light dark; --paper: #ffffff; --ink: #1a1a1a; --soft: #555b63; --line: #d5d9de;
          --edge: #7c848e; --panel: #f5f6f8; --add: #116329; --addbg: #e3f6e8; --del: #a01722; --delbg: #fdeaec;
          --mod: #7a4d00; --modbg: #fdf3dc; --accent: #0b57a4; --bad: #a32a00; --badbg: #fdece6; --good: #116329;
          --goodbg: #e3f6e8; --lit: #fff0b8; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e4e7eb; --soft: #a3abb5;
          --line: #343a42; --edge: #7f8994; --panel: #1d2127; --add: #7ee2a0; --addbg: #12301e; --del: #ff9ba3;
          --delbg: #3a1a1e; --mod: #f0c674; --modbg: #33280f; --accent: #7ab8ff; --bad: #ff9d7a; --badbg: #3b2017;
          --good: #7ee2a0; --goodbg: #12301e; --lit: #453b16; } }

        """

    /// Drawings name their colours themselves; in the dark each is another.
    private static let drawing =
        "@media (prefers-color-scheme: dark) {\n"
        + Palette.dark.map { light, dark in
            "  .pic [fill=\"\(light)\"] { fill: \(dark); } .pic [stroke=\"\(light)\"] { stroke: \(dark); }\n"
        }.joined() + "}\n"

    private static let layout = """
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 84rem; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; }
        h2 { font-size: 1.15rem; margin: 2rem 0 0.6rem; }
        h3 { font-size: 1rem; margin: 0.8rem 0 0.3rem; }
        p { margin: 0.4rem 0; }
        .soft { color: var(--soft); }
        .verdict { display: inline-block; margin: 0.6rem 0 0.2rem; padding: 0.2rem 0.7rem; border-radius: 0.4rem;
          font-weight: 600; background: var(--modbg); color: var(--mod); }
        .verdict.good { background: var(--goodbg); color: var(--good); }
        .verdict.bad { background: var(--badbg); color: var(--bad); }
        ul { margin: 0.4rem 0; padding-left: 1.3rem; }
        .attention { border-left: 0.25rem solid var(--mod); background: var(--modbg); border-radius: 0.3rem;
          padding: 0.5rem 0.8rem 0.5rem 2rem; margin: 0.9rem 0; }
        .tools { display: none; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin-top: 0.8rem; }
        .js .tools { display: flex; }
        input, button { font: inherit; padding: 0.2rem 0.6rem; color: var(--ink); background: var(--panel);
          border: 1px solid var(--edge); border-radius: 0.4rem; max-width: 100%; }
        button { cursor: pointer; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
        .hosts { display: grid; gap: 0 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
        .cells { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22.5rem), 1fr)); }
        .pic { display: block; max-width: 100%; height: auto; }
        .ids { position: absolute; }
        .pic text { font-family: inherit; }
        .legend { display: flex; flex-wrap: wrap; gap: 0.2rem 0.9rem; list-style: none; padding: 0; margin: 0.5rem 0;
          font-size: 0.85rem; }
        .legend li { display: flex; gap: 0.35rem; align-items: center; border-radius: 0.3rem; padding: 0 0.2rem; }
        .legend .pic { flex: none; }
        .tiles { display: grid; gap: 0.9rem; align-items: start; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
          margin-top: 1rem; }
        .tile { border: 1px solid var(--edge); border-radius: 0.5rem; padding: 0.6rem 0.8rem; min-width: 0; }
        .tile h2 { margin: 0; }
        .scroll { border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.5rem 0; container-type: inline-size; }
        table { border-collapse: collapse; width: 100%; font-size: 0.88rem; }
        th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.7rem; border-bottom: 1px solid var(--line); }
        th { background: var(--panel); color: var(--soft); font-weight: 600; overflow-wrap: normal; }
        tbody tr:last-child td { border-bottom: 0; }
        td { font-variant-numeric: tabular-nums; }
        .n { text-align: right; }
        .n, .s { white-space: nowrap; }
        tr.add td:first-child { color: var(--add); }
        tr.del td:first-child { color: var(--del); }
        tr.mod td:first-child { color: var(--mod); }
        tr.bad td { color: var(--bad); }
        details { border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.4rem 0; }
        summary { padding: 0.4rem 0.8rem; cursor: pointer; background: var(--panel); border-radius: 0.4rem; }
        summary code { font-weight: 600; margin-right: 0.6rem; }
        summary .add { color: var(--add); }
        summary .del { color: var(--del); }
        summary .mod { color: var(--mod); }
        details .legend, details .scroll { margin: 0.5rem 0.8rem; }
        code, .diff { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
        code { font-size: 0.92em; }
        .diff { font-size: 0.82rem; line-height: 1.55; padding: 0.4rem 0; }
        .diff div { white-space: pre-wrap; padding: 0 0.8rem 0 2rem; text-indent: -1.2rem; }
        .diff .add { color: var(--add); background: var(--addbg); }
        .diff .del { color: var(--del); background: var(--delbg); }
        .diff .mod { color: var(--mod); background: var(--modbg); }
        .diff .at { color: var(--soft); }
        tr.hl, li.hl, details.hl, .tile.hl { background: var(--lit); }
        .lit .pic [data-g]:not(.hl) { opacity: 0.25; }
        tr.off, li.off, details.off, .tile.off { display: none; }
        .pic .off { opacity: 0.15; }
        footer { margin-top: 2rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
        @media (max-width: 40rem) { body { padding: 0.9rem 0.75rem 2rem; }
          .diff div { padding-left: 1.6rem; padding-right: 0.4rem; } }
        @container (max-width: 40rem) { thead { display: none; }
          table, tbody { display: block; } td.e { display: none; }
          tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.2rem, 1fr)); padding: 0.4rem 0.3rem;
            border-bottom: 1px solid var(--line); }
          tbody tr:last-child { border-bottom: 0; }
          td, .n, .s { border: 0; padding: 0.15rem 0.5rem; text-align: left; min-width: 0; white-space: normal; }
          td:first-child, td.q { grid-column: 1 / -1; }
          td:first-child { font-weight: 600; }
          td::before { content: attr(data-label); display: block; color: var(--soft); font-size: 0.75rem; }
          td:first-child::before { content: none; }
          td.n:first-child::before { content: attr(data-label) " "; display: inline; } }
        @media print { details { break-inside: avoid; } .js .tools { display: none; } }
        """
}
