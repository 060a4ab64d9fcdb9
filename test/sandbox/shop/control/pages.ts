/** Pages that a web server in front of the shop, or the shop itself, puts in the place of an answer. */

const frame = (title: string, content: string): string => `<!doctype html>
<html xmlns="http://www.w3.org/1999/xhtml" >
<head>
    <title>${title}</title>
    <meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
    <meta name="robots" content="*"/>
</head>
<body>
    <main class="page-main">
${content}
    </main>
</body>
</html>
`;

/** 503 while the shop is in maintenance mode; it comes without Retry-After (FACTS section 10). */
export const MAINTENANCE_PAGE = frame(
  'Error 503: Service Unavailable',
  `<h1>Service Temporarily Unavailable</h1>
<p>
    The server is temporarily unable to service your request due to maintenance downtime or capacity problems.
    Please try again later.
</p>`,
);

/** 500 for a client that asks for a web page where there is only data. */
export const ERROR_PAGE = frame(
  'There has been an error processing your request',
  `<h1>There has been an error processing your request</h1>
    <p><em>Exception printing is disabled by default for security reasons.</em></p>`,
);

export const NOT_FOUND_PAGE = frame('404 Not Found', '<h1>Whoops, our bad...</h1>');
