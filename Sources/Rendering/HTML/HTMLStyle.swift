/// How a page looks, in light and in dark, on paper, and on a narrow screen.
///
/// It is read by browsers as it stands, so it holds none of the characters that would be escaped.
enum HTMLStyle {
    static let text = """
        :root { color-scheme: light dark; --paper: #ffffff; --ink: #1a1a1a; --soft: #555b63; --line: #d5d9de;
          --panel: #f5f6f8; --add: #116329; --addbg: #e3f6e8; --del: #a01722; --delbg: #fdeaec; --mod: #7a4d00;
          --modbg: #fdf3dc; --accent: #0b57a4; --bad: #a32a00; --badbg: #fdece6; --good: #116329; --goodbg: #e3f6e8; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e4e7eb; --soft: #a3abb5;
          --line: #343a42; --panel: #1d2127; --add: #7ee2a0; --addbg: #12301e; --del: #ff9ba3; --delbg: #3a1a1e;
          --mod: #f0c674; --modbg: #33280f; --accent: #7ab8ff; --bad: #ff9d7a; --badbg: #3b2017; --good: #7ee2a0;
          --goodbg: #12301e; } .picture svg { filter: invert(0.92) hue-rotate(180deg); } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 68rem; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; }
        h2 { font-size: 1.15rem; margin: 2rem 0 0.6rem; }
        p { margin: 0.4rem 0; }
        .soft { color: var(--soft); }
        .verdict { display: inline-block; margin: 0.6rem 0 0.2rem; padding: 0.2rem 0.7rem; border-radius: 0.4rem;
          font-weight: 600; background: var(--modbg); color: var(--mod); }
        .verdict.good { background: var(--goodbg); color: var(--good); }
        .verdict.bad { background: var(--badbg); color: var(--bad); }
        ul { margin: 0.4rem 0; padding-left: 1.3rem; }
        .attention { border-left: 0.25rem solid var(--mod); background: var(--modbg); border-radius: 0.3rem;
          padding: 0.5rem 0.8rem 0.5rem 2rem; margin: 0.9rem 0; }
        .scroll, .picture { overflow-x: auto; border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.5rem 0; }
        .picture svg { display: block; min-width: 56rem; width: 100%; height: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 0.88rem; }
        th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.7rem; border-bottom: 1px solid var(--line);
          overflow-wrap: normal; }
        th { background: var(--panel); color: var(--soft); font-weight: 600; white-space: nowrap; }
        tbody tr:last-child td { border-bottom: 0; }
        td { font-variant-numeric: tabular-nums; min-width: 3.5rem; overflow-wrap: anywhere; }
        .n { text-align: right; white-space: nowrap; }
        .findings td:first-child { white-space: nowrap; }
        .findings td:nth-child(2) { width: 100%; }
        .findings td:last-child, .wide td:nth-child(2) { white-space: nowrap; }
        .wide td:first-child { min-width: 9rem; }
        details { border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.4rem 0; }
        summary { padding: 0.4rem 0.8rem; cursor: pointer; background: var(--panel); border-radius: 0.4rem; }
        summary code { font-weight: 600; }
        summary:focus-visible { outline: 2px solid var(--accent); }
        code, .diff { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
        code { font-size: 0.92em; }
        .diff { font-size: 0.82rem; line-height: 1.55; padding: 0.4rem 0; }
        .diff div { white-space: pre-wrap; padding: 0 0.8rem 0 2rem; text-indent: -1.2rem; }
        .diff .add { color: var(--add); background: var(--addbg); }
        .diff .del { color: var(--del); background: var(--delbg); }
        .diff .mod { color: var(--mod); background: var(--modbg); }
        .diff .at { color: var(--soft); }
        footer { margin-top: 2rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
        @media (max-width: 40rem) { body { padding: 0.9rem 0.75rem 2rem; } thead { display: none; }
          table, tbody { display: block; } td.e { display: none; }
          tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.2rem, 1fr)); padding: 0.4rem 0.3rem;
            border-bottom: 1px solid var(--line); }
          tbody tr:last-child { border-bottom: 0; }
          td, .n { border: 0; padding: 0.15rem 0.5rem; text-align: left; min-width: 0; white-space: normal; }
          td:first-child, td:nth-child(2):last-child, .findings td, .wide td:last-child { grid-column: 1 / -1; }
          td:first-child { font-weight: 600; }
          td:not(:first-child)::before { content: attr(data-label); display: block; color: var(--soft);
            font-size: 0.75rem; }
          .diff div { padding-left: 1.6rem; padding-right: 0.4rem; } }
        @media print { details { break-inside: avoid; } .scroll, .picture { overflow: visible; } }
        """
}
