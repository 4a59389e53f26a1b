/** All that moves on the page: search and order of the rows. The switch of the charts is a radio button and CSS. */
export const SCRIPT = `(() => {
  'use strict';
  const table = document.getElementById('report');
  const search = document.getElementById('search');
  const count = document.getElementById('count');
  const unfold = document.getElementById('unfold');
  if (!table || !search || !count) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const all = count.textContent;
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    if (unfold && words.length > 0) unfold.checked = true;
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      if (!row.hidden) shown += 1;
    });
    count.textContent = words.length === 0 ? all : shown.toLocaleString('en') + ' of ' + all;
  });
  const heads = [...table.tHead.rows[0].cells];
  const rankOf = (row, column) => row.cells[column].dataset.rank;
  heads.forEach((head, column) => head.firstElementChild.addEventListener('click', () => {
    const before = head.getAttribute('aria-sort');
    const number = head.classList.contains('number');
    const down = before === 'none' ? number : before === 'ascending';
    heads.forEach((each) => each.setAttribute('aria-sort', 'none'));
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const sorted = [...rows].sort((a, b) => {
      const [x, y] = [rankOf(a, column), rankOf(b, column)];
      if (x === '' || y === '') return (x === '') - (y === '');
      return down ? y - x : x - y;
    });
    body.append(...sorted);
  }));
})();
`;
