internal import HostModel

/// What a page does when it may run its script: the guest under the pointer or the keyboard's focus is highlighted wherever it
/// stands, a field finds guests by parts of their names, a button unfolds everything.
///
/// What is about guests has their names in `data-g`, parted by tabs. It is read by browsers as it stands, so it holds none of the
/// characters that would be escaped.
enum HTMLScript {
    static let text = """
        "use strict";
        document.documentElement.className = "js";
        (function () {
          var tab = String.fromCharCode(9), shown = null;
          function list(query) { return Array.prototype.slice.call(document.querySelectorAll(query)); }
          function names(element) {
            return (element.getAttribute("data-g") || element.getAttribute("data-h") || "").split(tab);
          }
          var all = list("[data-g]"), seen = {};
          function light(guests) {
            var key = guests ? guests.join(tab) : null;
            if (key === shown) { return; }
            shown = key;
            document.body.classList.toggle("lit", Boolean(guests));
            all.forEach(function (element) {
              var isLit = guests ? names(element).some(function (name) { return guests.includes(name); }) : false;
              element.classList.toggle("hl", isLit);
            });
          }
          function about(target) {
            var element = target.closest ? target.closest("[data-g]") : null;
            return element ? names(element) : null;
          }
          ["pointerover", "focusin"].forEach(function (kind) {
            document.addEventListener(kind, function (event) { light(about(event.target)); });
          });
          document.addEventListener("focusout", function () { light(null); });
          document.addEventListener("keydown", function (event) { if (event.key === "Escape") { light(null); } });
          list(".legend li, tr[data-g]").forEach(function (element) {
            var key = element.tagName + element.getAttribute("data-g");
            if (seen[key]) { return; }
            seen[key] = true;
            element.tabIndex = 0;
          });
          var field = document.getElementById("find"), found = document.getElementById("found");
          var button = document.getElementById("unfold");
          field.addEventListener("input", function () {
            var word = field.value.trim().toLowerCase(), hits = new Set(), guests = new Set();
            all.concat(list(".tile")).forEach(function (element) {
              var fit = names(element).filter(function (name) {
                if (name) { guests.add(name); }
                return name.toLowerCase().includes(word);
              });
              fit.forEach(function (name) { hits.add(name); });
              element.classList.toggle("off", fit.length === 0);
            });
            found.textContent = word ? hits.size + " of " + guests.size + " guests" : "";
          });
          button.addEventListener("click", function () {
            var isOpen = button.textContent === "Expand all";
            list("details").forEach(function (details) { details.open = isOpen; });
            button.textContent = isOpen ? "Collapse all" : "Expand all";
          });
        })();
        """

    /// The script's SHA-256 in base 64, as a content security policy names it.
    static let sum: String = {
        let digits = Array(SHA256(of: Array(text.utf8)).description)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        // Three hexadecimal digits are two of base 64: 64 digits and two zeros make 44 with the one sign that fills up.
        let padded = digits + ["0", "0"]
        return stride(from: 0, to: padded.count, by: 3).reduce(into: "") { sum, start in
            let bits = padded[start..<start + 3].reduce(0) { $0 << 4 | ($1.hexDigitValue ?? 0) }
            sum += String([alphabet[bits >> 6], alphabet[bits & 63]])
        }.dropLast() + "="
    }()
}
