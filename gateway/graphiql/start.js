// Runs in the browser: GraphiQL on this hub, with the examples in tabs on the first visit.
const { React, ReactDOM, GraphiQL } = window;
const examples = JSON.parse(document.getElementById('examples').textContent);
const fetcher = GraphiQL.createFetcher({ url: '/graphql' });
const page = React.createElement(GraphiQL, {
  fetcher,
  defaultTabs: examples.map((query) => ({ query })),
  defaultEditorToolsVisibility: false,
  shouldPersistHeaders: false,
});
ReactDOM.createRoot(document.getElementById('graphiql')).render(page);
