// The definition as the text that CloudFormation takes. serverless.yml would read the file as an object.
module.exports = JSON.stringify(require("./upkeep.json"));
