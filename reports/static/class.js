"use strict";
(() => {
  const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  // A cell's number where it has one; names and remarks compare as words.
  const key = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    const number = Number.parseFloat(text);
    return /^-?\d+(\.\d+)?$/.test(text) ? number : text;
  };
  const compare = (a, b) => {
    const numbers = typeof a === "number" && typeof b === "number";
    if (numbers) return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return words.compare(a, b);
  };
  const empty = (value) => value === "" || value === "–";

  const sortable = (table) => {
    const body = table.tBodies[0];
    const heads = Array.from(table.tHead.rows[0].cells);
    const rows = Array.from(body.rows);
    const sort = (column) => {
      const head = heads[column];
      const numeric = rows.some((row) => typeof key(row, column) === "number");
      const before = head.getAttribute("aria-sort");
      // Words start with A, numbers with the largest.
      const first = numeric ? "descending" : "ascending";
      const other = numeric ? "ascending" : "descending";
      const direction = before === first ? other : first;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", direction);
      const sign = direction === "ascending" ? 1 : -1;
      rows.sort((left, right) => {
        const a = key(left, column);
        const b = key(right, column);
        // Empty cells stay last in both directions.
        if (empty(a) || empty(b)) return Number(empty(a)) - Number(empty(b));
        return sign * compare(a, b);
      });
      body.append(...rows);
    };
    heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => sort(column)));
  };
  document.querySelectorAll("table.sortable").forEach(sortable);

  const list = document.getElementById("students");
  if (!list) return;
  const students = Array.from(list.tBodies[0].rows);
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of students) {
      const text = `${row.cells[0].textContent} ${row.querySelector(".remark").textContent}`.toLowerCase();
      row.hidden = !text.includes(wanted);
      if (!row.hidden) shown += 1;
    }
    found.textContent = wanted ? `${shown} of ${students.length}` : "";
  });
})();
